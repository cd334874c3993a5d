/// The identity that Maven writes into `META-INF/maven/<groupId>/<artifactId>/pom.properties`.
struct PomProperties: Equatable {
    let groupID: String
    let artifactID: String
    let version: String

    /// Reads `key=value` lines; `nil` without an artifactId or a version.
    ///
    /// A value with a `${…}` that nothing was put in for, as in templates, is none.
    init?(_ bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in TextLines.split(bytes) {
            let text = TextLines.trimmed(line)
            guard !text.hasPrefix("#"), !text.hasPrefix("!"),
                let separator = text.firstIndex(where: { $0 == "=" || $0 == ":" })
            else { continue }
            let key = TextLines.trimmed(text[..<separator])
            guard key == "groupId" || key == "artifactId" || key == "version" else { continue }
            let value = TextLines.trimmed(text[text.index(after: separator)...])
            values[key] = value.contains("${") ? nil : value
        }
        guard let artifactID = values["artifactId"], !artifactID.isEmpty,
            let version = values["version"], !version.isEmpty
        else { return nil }
        self.groupID = values["groupId"] ?? ""
        self.artifactID = artifactID
        self.version = version
    }

    /// Whether the groupId is one under which Jenkins plugins are published.
    var isJenkinsPlugin: Bool {
        groupID.hasPrefix("io.jenkins.plugins") || groupID.hasPrefix("org.jenkins.plugins")
            || groupID.hasPrefix("org.jenkins-ci.plugins") || groupID.contains(".jenkins.plugin")
    }
}
