import Bytes
import ScanModel

/// The components of Bitnami's images, whose programs no package database knows: an SPDX document beside each
/// (`opt/bitnami/redis/.spdx-redis.spdx`), and in older images one list of all of them.
///
/// What else the documents name, as Java archives and Go modules, has evidence of its own in the image.
struct BitnamiCataloger: Cataloger {
    let name = CatalogerName.bitnami
    let version = 1
    let selectors: [PathSelector] = [
        .suffixBelow(".spdx", directory: "bitnami"), .pathSuffix("opt/bitnami/.bitnami_components.json"),
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let isList = file.path.name.elementsEqual(".bitnami_components.json".utf8)
        guard isList || file.path.name.starts(with: ".spdx-".utf8) else { return CatalogedFile() }
        do {
            let document = try BoundedJSON(file.bytes)
            return isList ? components(document) : packages(document)
        } catch {
            return CatalogedFile(problem: "Bitnami's components: \(error)")
        }
    }

    /// The packages of an SPDX document (SPDX specification v2.3, 7) that are Bitnami's own.
    private func packages(_ document: BoundedJSON) -> CatalogedFile {
        var packages = PackageRecords(.bitnami)
        for record in document["packages"]?.elements ?? [] {
            let references = record["externalRefs"]?.elements ?? []
            let named = references.lazy.filter { $0["referenceType"]?.string == "purl" }
                .compactMap { $0["referenceLocator"]?.string }.first { $0.hasPrefix("pkg:bitnami/") }
            guard let named else { continue }
            guard let purl = PackageURLParts(named) else {
                packages.addDamaged()
                continue
            }
            let licenses = ["licenseDeclared", "licenseConcluded"].lazy.compactMap { record[$0]?.string }
                .filter { !$0.isEmpty && $0 != "NOASSERTION" && $0 != "NONE" }
            packages.add(
                name: purl.fullName,
                version: purl.version.isEmpty ? record["versionInfo"]?.string : purl.version,
                licenses: licenses.first.map { [$0] } ?? []
            )
        }
        return packages.file
    }

    /// `{"redis":{"version":"7.0.5-0",…},…}`.
    private func components(_ document: BoundedJSON) -> CatalogedFile {
        var packages = PackageRecords(.bitnami)
        for (name, component) in document.members { packages.add(name: name, version: component["version"]?.string) }
        return packages.file
    }
}
