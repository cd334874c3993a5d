/// The Maven groupId of an artifact from all that an archive says about it.
enum MavenGroup {
    /// The first of: the `pom.properties`, the `pom.xml`, well-known publishers, the file's name, the manifest.
    static func of(
        name: String,
        properties: PomProperties?,
        project: PomProject?,
        fileName: String = "",
        manifest: JavaManifest?
    ) -> String? {
        if let properties {
            if !properties.groupID.isEmpty { return cleaned(properties.groupID) }
            // Publishers sometimes put the groupId into the field of the artifactId.
            if properties.artifactID.contains(".") { return cleaned(properties.artifactID) }
        }
        if let project {
            if let group = project.groupID { return cleaned(group) }
            if let artifactID = project.artifactID, artifactID.contains(".") { return cleaned(artifactID) }
            if let group = project.parentGroupID { return cleaned(group) }
        }
        if let group = KnownMavenGroups.group(of: name) { return group }
        return group(in: fileName, of: name, manifest) ?? manifest.flatMap(fromManifest)
    }

    /// What stands in front of the artifactId in `org.example.thing`, as Quarkus names the archives that it copies.
    ///
    /// Eclipse names them after the bundle, and bundles after the package that is theirs, which more often than not is the
    /// groupId (`com.google.guava`). Where it is made of groupId and artifactId, a dash or a dot in that tells so: the last
    /// part of a package's name has none.
    private static func group(in fileName: String, of name: String, _ manifest: JavaManifest?) -> String? {
        if manifest?.symbolicName == fileName, !name.contains(where: { $0 == "-" || $0 == "." }) { return nil }
        return prefix(of: fileName, before: name)
    }

    /// The groupId in front of `name` in a file's name, where what stands there looks like one.
    static func prefix(of fileName: String, before name: String) -> String? {
        guard fileName.hasSuffix(".\(name)"), domains.contains(where: { fileName.hasPrefix($0 + ".") }) else {
            return nil
        }
        let group = fileName.dropLast(name.count + 1)
        return group.contains(".") ? String(group) : nil
    }

    private static let primaryFields = [
        "group-id", "bundle-symbolicname", "extension-name", "specification-vendor", "implementation-vendor",
        "implementation-vendor-id", "implementation-title", "bundle-activator",
    ]
    private static let secondaryFields = ["automatic-module-name", "main-class", "package"]
    private static let domains = ["com", "org", "net", "io", "be"]
    private static let corrections = ["org.lz4.java": "org.lz4"]

    private static func fromManifest(_ manifest: JavaManifest) -> String? {
        for fields in [primaryFields, secondaryFields] {
            // The least in byte order: of `org.example` and `org.example.thing` the first is the group.
            let candidates = fields.flatMap(manifest.all)
                .filter { value in domains.contains { value.hasPrefix($0) } }
                .compactMap(cleaned)
                .filter { !$0.contains(where: \.isWhitespace) }
                .map { corrections[$0] ?? $0 }
            if let group = candidates.min() { return group }
        }
        return nil
    }

    /// Cuts OSGi directives (`org.example;uses:=…`) and fragments off; `nil` where nothing is left.
    private static func cleaned(_ group: String) -> String? {
        let end = group.firstIndex { $0 == ";" || $0 == "#" } ?? group.endIndex
        let text = TextLines.trimmed(group[..<end])
        return text.isEmpty ? nil : text
    }
}
