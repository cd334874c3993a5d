/// A package of an SPDX document while it is read.
struct SPDXPackage {
    var component = DocumentComponent()
    var declaredLicense = ""
    var concludedLicense = ""

    /// An SPDX purpose, or an identifier in the way of Trivy, in the words of CycloneDX.
    mutating func set(purpose: String) {
        component.kind = purpose.lowercased().replacing("_", with: "-")
    }

    /// `Organization: NAME (ADDRESS)` or `Person: …` (SPDX specification v2.3, 7.5).
    mutating func set(supplier: String) {
        for kind in ["Organization: ", "Person: "] where supplier.hasPrefix(kind) {
            component.supplier = SupplierName(spdx: supplier.dropFirst(kind.count)).text
        }
    }

    /// Takes in a reference to something outside of the document (SPDX specification v2.3, 7.21).
    mutating func addReference(type: String, locator: String) {
        if type == "purl", component.purl.isEmpty { component.purl = locator }
    }

    /// Takes in the comment of an annotation: our properties as JSON, or a key and its value as Trivy writes them.
    mutating func add(comment: String) {
        if comment.hasPrefix("{") { return addOwn(comment) }
        guard let colon = comment.firstRange(of: ": ") else { return }
        let key = comment[..<colon.lowerBound]
        guard key.utf8.count <= 64, key.allSatisfy({ $0.isLetter || $0.isNumber }) else { return }
        component.add(property: "aquasecurity:trivy:\(key)", String(comment[colon.upperBound...]))
    }

    private mutating func addOwn(_ comment: String) {
        var found: [Property] = []
        do {
            try DocumentCursor.read(Array(comment.utf8)) { cursor in
                try cursor.members { cursor, name in
                    let values = try cursor.strings()
                    found += values.map { Property(name, $0) }
                }
            }
        } catch {
            // A comment that is no JSON is somebody's words, and none of ours.
            return
        }
        for property in found { component.add(property: property.name, property.value) }
    }

    /// The component, once all is known that the document defines.
    func finished(_ licenses: SPDXLicenses) -> DocumentComponent {
        var copy = component
        if copy.kind.isEmpty, copy.ref.hasPrefix("SPDXRef-OperatingSystem") { copy.kind = "operating-system" }
        let declared = licenses.licenses(declaredLicense)
        for license in declared.isEmpty ? licenses.licenses(concludedLicense) : declared { copy.add(license: license) }
        return copy
    }
}

/// An SPDX document while it is read.
struct SPDXContents {
    private(set) var packages: [SPDXPackage] = []
    private var positions: [String: Int] = [:]
    var licenses = SPDXLicenses()
    private var described: Set<String> = []
    var tool: BillOfMaterials.Tool?
    var created: String?
    var notes = DocumentContents()

    mutating func add(_ package: SPDXPackage) {
        guard packages.count < SBOMLimits.maxComponents else {
            return notes.note("", "more than \(SBOMLimits.maxComponents) packages")
        }
        positions[package.component.ref] = packages.count
        packages.append(package)
    }

    mutating func relate(_ from: String, _ kind: String, _ to: String) {
        if from == SPDXName.document, kind == "DESCRIBES" { described.insert(to) }
        if to == SPDXName.document, kind == "DESCRIBED_BY" { described.insert(from) }
    }

    mutating func describe(_ ref: String) { described.insert(ref) }

    /// Takes in an annotation that stands apart from its package.
    mutating func annotate(_ ref: String, _ comment: String) {
        guard let position = positions[ref], packages.indices.contains(position) else { return }
        packages[position].add(comment: comment)
    }

    /// `Tool: name-version`, which the specification wants (6.8).
    mutating func add(creator: String) {
        guard tool == nil, creator.hasPrefix("Tool: ") else { return }
        let text = creator.dropFirst("Tool: ".count)
        guard let dash = text.lastIndex(of: "-") else {
            tool = BillOfMaterials.Tool(name: String(text), version: "")
            return
        }
        tool = BillOfMaterials.Tool(name: String(text[..<dash]), version: String(text[text.index(after: dash)...]))
    }

    var contents: DocumentContents {
        var contents = notes
        contents.tool = tool
        contents.created = created
        for package in packages {
            let component = package.finished(licenses)
            // Of several that the document describes, the one that is no package is the image.
            if contents.root == nil, described.contains(component.ref), !component.namesPackage {
                contents.root = component
            } else {
                contents.add(component)
            }
        }
        return contents
    }
}

extension DocumentComponent {
    /// Whether it is known what kind of package it is.
    fileprivate var namesPackage: Bool {
        if properties[PropertyName.type] != nil { return true }
        return !purl.isEmpty && !purl.hasPrefix("pkg:oci/") && !purl.hasPrefix("pkg:docker/")
    }
}
