import ScanModel

/// Reads the packages of an SBOM in JSON by their purls: CycloneDX 1.2 to 1.6 (`components`, nested ones too) and
/// SPDX 2.2 and 2.3 (`packages[].externalRefs`).
enum SBOMReader {
    /// Components within components.
    private static let maxDepth = 64

    private struct Document: Decodable {
        var bomFormat: String?
        var spdxVersion: String?
        var components: [Component]?
        var packages: [SPDXPackage]?
    }

    private struct Component: Decodable {
        var name: String?
        var type: String?
        var purl: String?
        var components: [Component]?
    }

    private struct SPDXPackage: Decodable {
        struct Reference: Decodable {
            var referenceType: String?
            var referenceLocator: String?
        }
        var name: String?
        var externalRefs: [Reference]?
    }

    /// Reads the file at `path`; components without a purl, such as files, are passed over.
    static func read(_ path: String) throws -> PackageList {
        let bytes = try LocalFile(path).all(maxBytes: PackageList.maxBytes)
        guard bytes.first(where: { $0 > 32 }) == UInt8(ascii: "{") else {
            throw ImageSourceError(.unsupported, "\(path): only SBOMs in JSON are read, CycloneDX and SPDX")
        }
        let document = try ContentCheck.decode(Document.self, bytes, subject: path)
        var list = PackageList()
        if document.bomFormat == "CycloneDX" {
            add(document.components ?? [], to: &list, depth: 0)
        } else if document.spdxVersion != nil {
            for package in document.packages ?? [] {
                for reference in package.externalRefs ?? [] where reference.referenceType == "purl" {
                    list.add(reference.referenceLocator ?? "", place: package.name ?? "")
                }
            }
        } else {
            throw ImageSourceError(.malformed, "\(path): neither a CycloneDX nor an SPDX document")
        }
        return list
    }

    private static func add(_ components: [Component], to list: inout PackageList, depth: Int) {
        guard depth < maxDepth else { return }
        for component in components {
            if let purl = component.purl, !purl.isEmpty { list.add(purl, place: component.name ?? "") }
            add(component.components ?? [], to: &list, depth: depth + 1)
        }
    }
}
