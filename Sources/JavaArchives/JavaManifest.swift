/// The attributes of `META-INF/MANIFEST.MF` (JAR File Specification, "JAR Manifest").
struct JavaManifest: Equatable {
    /// The main section, by attribute name in lower case: names are case-insensitive by the specification.
    private(set) var main: [String: String] = [:]
    /// The named sections that have any attribute of interest, in file order.
    private(set) var sections: [[String: String]] = []

    /// The attributes that are kept of named sections, which in a signed archive run into thousands of digests.
    private static let sectionAttributes: Set<String> = [
        "implementation-version", "specification-version", "plugin-version", "bundle-version", "bundle-license",
        "plugin-license-name", "group-id", "bundle-symbolicname", "extension-name", "specification-vendor",
        "implementation-vendor", "implementation-vendor-id", "implementation-title", "bundle-activator",
        "automatic-module-name", "main-class", "package",
    ]
    private static let maxSections = 4096

    init() {}

    /// Reads a manifest; lines that are neither attributes nor continuations are passed over.
    init(_ bytes: [UInt8]) {
        var section: [String: String] = [:]
        var isMain = true
        var name: String?
        var value = ""

        func finishAttribute() {
            guard let key = name else { return }
            name = nil
            if isMain || Self.sectionAttributes.contains(key) { section[key] = TextLines.trimmed(value) }
        }
        func finishSection() {
            finishAttribute()
            if isMain {
                main = section
            } else if !section.isEmpty, sections.count < Self.maxSections {
                sections.append(section)
            }
            section = [:]
        }
        for line in TextLines.split(bytes) {
            if line.allSatisfy(\.isWhitespace) {
                // Blank lines in front of the first attribute do not end the main section.
                guard name != nil || !section.isEmpty else { continue }
                finishSection()
                isMain = false
            } else if line.hasPrefix(" ") {
                // A line is at most 72 bytes; what follows continues it after one space.
                if name != nil { value += line.dropFirst() }
            } else if let colon = line.firstIndex(of: ":") {
                finishAttribute()
                name = TextLines.trimmed(line[..<colon]).lowercased()
                value = String(line[line.index(after: colon)...])
            }
        }
        finishSection()
    }

    /// The attribute of the main section, or else of the first named section that has it; never empty.
    func first(_ attribute: String) -> String? {
        if let value = main[attribute], !value.isEmpty { return value }
        for section in sections {
            if let value = section[attribute], !value.isEmpty { return value }
        }
        return nil
    }

    /// All values of an attribute, main section first.
    func all(_ attribute: String) -> [String] {
        ([main] + sections).compactMap { $0[attribute] }
    }

    /// Whether the archive instruments other libraries: such archives carry their targets' names and versions.
    var isInstrumentation: Bool { main["weave-classes"] != nil }

    /// The licenses declared for an OSGi bundle or a Jenkins plugin.
    var licenses: [String] { ["bundle-license", "plugin-license-name"].compactMap(first) }

    /// The version fields, in the order in which they are believed.
    var version: String? {
        for field in ["implementation-version", "specification-version", "plugin-version", "bundle-version"] {
            if let value = first(field) { return value }
        }
        return nil
    }

    /// A bundle's symbolic name without its directives; never empty.
    var symbolicName: String? {
        guard let field = main["bundle-symbolicname"], let first = field.split(separator: ";").first else { return nil }
        let name = TextLines.trimmed(first)
        return name.isEmpty ? nil : name
    }

    /// What the archive calls itself as a bundle, an extension or a module, where that has a dot.
    var dottedNames: [String] {
        [symbolicName, main["extension-name"], main["automatic-module-name"]].compactMap { $0 }
            .filter { $0.contains(".") }
    }

    /// The last part of a bundle's symbolic name where a Maven plugin made it from `groupId.artifactId`.
    var bundleArtifactID: String? {
        guard main["created-by"]?.contains("Apache Maven Bundle Plugin") == true,
            let symbolicName = main["bundle-symbolicname"], !symbolicName.isEmpty,
            // Equal to the vendor it is the groupId alone.
            symbolicName != main["implementation-vendor-id"]
        else { return nil }
        let name = symbolicName.split(separator: ";").first.map { TextLines.trimmed($0) } ?? ""
        return name.split(separator: ".", omittingEmptySubsequences: false).last.map { String($0) }
    }

    /// A name for an archive whose file name has none.
    var title: String? {
        for field in ["name", "bundle-name", "short-name", "extension-name", "implementation-title"] {
            if let value = main[field], !value.isEmpty { return value }
        }
        return nil
    }
}
