import Licenses
import ScanModel

/// A document as SPDX 2.3 has it: elements, their relations, and licences that the SPDX list does not have.
struct SPDXDescription {
    enum Purpose: String {
        case container = "CONTAINER"
        case file = "FILE"
        case system = "OPERATING_SYSTEM"
        case application = "APPLICATION"
        case library = "LIBRARY"

        /// The same in tag-value documents.
        var tag: String { self == .system ? "OPERATING-SYSTEM" : rawValue }
    }

    struct Element {
        var id: String
        var name: String
        var version: String?
        var purpose: Purpose
        /// `Organization: NAME (ADDRESS)`.
        var supplier: String?
        var hashes: [FileHash] = []
        /// Where it was built from, in the words that Trivy reads.
        var sourceInfo: String?
        var license: LicenseExpression?
        var cpes: [String] = []
        var purl: String?
        /// Our properties as a JSON object, for an annotation.
        var comment: String
    }

    let name: String
    let namespace: String
    /// Mandatory in SPDX: the image's own date, else the beginning of time.
    let created: String
    let creator: String
    let root: Element
    /// The distributions and packages.
    let contents: [Element]
    /// Sorted by the reference.
    let extracted: [(id: String, text: String)]

    init(_ document: DocumentDescription) {
        let root = document.root
        name = root.name
        namespace = "https://tallyman.invalid/spdx/\(document.uuid)"
        created = document.created ?? "1970-01-01T00:00:00Z"
        creator = "Tool: \(document.tool.name)-\(document.tool.version)"
        self.root = Element(
            id: root.spdxID,
            name: root.name,
            version: root.version,
            purpose: root.isImage ? .container : .file,
            hashes: root.hashes,
            purl: root.purl,
            comment: Self.comment(root.properties)
        )
        let systems = document.systems.map { system in
            Element(
                id: system.spdxID,
                name: system.name,
                version: system.distro.versionID.isEmpty ? nil : system.distro.versionID,
                purpose: .system,
                comment: Self.comment([Property(PropertyName.distro, system.ref)] + system.properties)
            )
        }
        contents = systems + document.components.map(Self.element)
        var texts: [String: String] = [:]
        for license in document.components.flatMap(\.licenses) {
            texts.merge(license.extracted) { first, _ in first }
        }
        extracted = texts.sorted { $0.key < $1.key }.map { (id: $0.key, text: $0.value) }
    }

    private static func element(_ component: DocumentDescription.Component) -> Element {
        let package = component.package
        let source = package.source.map { "built package from: \($0.name) \($0.version)" }
        return Element(
            id: component.spdxID,
            name: package.name,
            version: package.version,
            purpose: component.isApplication ? .application : .library,
            supplier: component.supplier?.spdx,
            hashes: package.hashes,
            sourceInfo: source,
            license: component.declaredLicense,
            cpes: component.cpes,
            purl: component.purl,
            comment: comment(component.properties)
        )
    }

    /// `{"tallyman:type": "deb", …}`; a property with several values has them as an array.
    private static func comment(_ properties: [Property]) -> String {
        var names: [String] = []
        var values: [String: [String]] = [:]
        for property in properties {
            if values[property.name] == nil { names.append(property.name) }
            values[property.name, default: []].append(property.value)
        }
        var text = JSONText(isCompact: true)
        text.object { text in
            for name in names {
                let all = values[name] ?? []
                if all.count == 1 { text.member(name, all[0]) } else { text.members(name, all) { $0.string($1) } }
            }
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }
}

extension FileHash {
    /// The name of the algorithm in SPDX (SPDX specification v2.3, 7.10).
    var spdxAlgorithm: String { algorithm.rawValue.uppercased() }
}
