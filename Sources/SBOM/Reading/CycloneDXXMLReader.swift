/// Reads CycloneDX 1.2 and later in XML.
struct CycloneDXXMLReader {
    private var parser: XMLPullParser
    private var contents = DocumentContents()
    /// The names of the open elements.
    private var path: [String] = []
    /// The components that are open, the innermost last.
    private var open: [DocumentComponent] = []
    private var attributes: [String: String] = [:]
    private var text = ""

    /// Elements with components in them that are not in the image.
    private static let passedOver: Set<String> = [
        "pedigree", "services", "vulnerabilities", "formulation", "declarations", "annotations", "compositions",
        "dependencies", "definitions", "externalReferences", "releaseNotes", "modelCard", "data",
    ]

    static func read(_ bytes: [UInt8]) throws -> DocumentContents {
        var reader = CycloneDXXMLReader(parser: XMLPullParser(bytes))
        return try reader.read()
    }

    private init(parser: XMLPullParser) { self.parser = parser }

    private mutating func read() throws -> DocumentContents {
        while let event = try parser.next() {
            switch event {
            case .start(let name, let attributes):
                if path.isEmpty, name != "bom" {
                    throw SBOMError(.unsupported, "an XML document of another kind: its root is \(name.prefix(64))")
                }
                if Self.passedOver.contains(name) || (name == "tools" && contents.tool != nil) {
                    try parser.skipElement()
                    continue
                }
                path.append(name)
                self.attributes = attributes
                text = ""
                if name == "component" || name == "tool" { start(attributes) }
            case .text(let piece): text += piece
            case .end(let name):
                if name == "component" || name == "tool" { end() } else { leaf(name) }
                path.removeLast()
                text = ""
            }
        }
        return contents
    }

    private mutating func start(_ attributes: [String: String]) {
        var component = DocumentComponent()
        component.ref = attributes["bom-ref"] ?? ""
        component.kind = attributes["type"] ?? ""
        open.append(component)
    }

    private mutating func end() {
        guard let component = open.popLast() else { return }
        if path.contains("tools") {
            guard contents.tool == nil, !component.name.isEmpty else { return }
            contents.tool = BillOfMaterials.Tool(name: component.name, version: component.version)
        } else if open.isEmpty, path.dropLast().last == "metadata" {
            contents.root = component
        } else if open.count > SBOMLimits.maxNesting {
            contents.note("", "components more than \(SBOMLimits.maxNesting) levels deep")
        } else {
            contents.add(component)
        }
    }

    /// Takes the text of the element `name`, which has just ended.
    private mutating func leaf(_ name: String) {
        let parent = path.dropLast().last ?? ""
        if name == "timestamp", parent == "metadata" { contents.created = trimmed }
        guard !open.isEmpty else { return }
        let index = open.count - 1
        switch (parent, name) {
        case ("supplier", "name"): if isInComponent { open[index].supplier = trimmed }
        case ("component", "publisher"): if open[index].supplier.isEmpty { open[index].supplier = trimmed }
        case ("component", "group"): open[index].group = trimmed
        case ("component", "name"), ("tool", "name"): open[index].name = trimmed
        case ("component", "version"), ("tool", "version"): open[index].version = trimmed
        case ("component", "description"): open[index].description = text
        case ("component", "purl"): open[index].purl = trimmed
        case ("license", "id"): if isOwnLicense { open[index].add(license: trimmed) }
        case ("license", "name"): if isOwnLicense { open[index].add(license: text) }
        case ("licenses", "expression"): if isOwnLicense { open[index].add(license: trimmed) }
        case ("properties", "property"):
            // Licences and others have properties too.
            if isInComponent { open[index].add(property: attributes["name"] ?? "", text) }
        case ("hashes", "hash"): open[index].add(hash: trimmed, algorithm: attributes["alg"] ?? "")
        case ("occurrence", "location"): open[index].add(path: text)
        default: break
        }
    }

    /// Whether what stands in the element around this one is said of the component.
    private var isInComponent: Bool { path.dropLast(2).last == "component" }

    /// Whether the licence is declared for the component, not found in its evidence.
    private var isOwnLicense: Bool {
        guard let licenses = path.lastIndex(of: "licenses"), licenses > 0 else { return false }
        return path[licenses - 1] == "component"
    }

    private var trimmed: String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
