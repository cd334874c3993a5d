/// The little that is needed of a `pom.xml` (Maven POM reference 4.0.0): its coordinates, its parent's, its licenses.
struct PomProject: Equatable {
    private(set) var groupID: String?
    private(set) var artifactID: String?
    private(set) var version: String?
    private(set) var parentGroupID: String?
    private(set) var parentVersion: String?
    /// Names, or addresses of licenses without a name.
    private(set) var licenses: [String] = []

    private static let maxProperties = 1024
    private static let maxLicenses = 32
    private static let maxSubstitutions = 4

    init?(_ bytes: [UInt8]) {
        var fields: [String: String] = [:]
        var properties: [String: String] = [:]
        var licenseNames: [String] = []
        var licenseAddresses: [String] = []
        XMLPaths(bytes).forEachText { path, text in
            guard path.first == "project", !text.isEmpty, path.count <= 4 else { return }
            switch path.dropFirst().joined(separator: "/") {
            case let key where path.count == 2 || path.count == 3 && path[1] == "parent":
                if fields[key] == nil { fields[key] = text }
            case _ where path.count == 3 && path[1] == "properties" && properties.count < Self.maxProperties:
                properties[path[2]] = text
            case "licenses/license/name" where licenseNames.count < Self.maxLicenses:
                licenseNames.append(text)
            case "licenses/license/url" where licenseAddresses.count < Self.maxLicenses:
                licenseAddresses.append(text)
            default:
                break
            }
        }
        func resolve(_ value: String?) -> String? {
            guard var value else { return nil }
            for _ in 0..<Self.maxSubstitutions {
                guard let open = value.firstRange(of: "${"),
                    let close = value[open.upperBound...].firstIndex(of: "}")
                else { return value }
                var key = String(value[open.upperBound..<close])
                for prefix in ["project.", "pom."] where key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
                key = key.split(separator: ".").joined(separator: "/")
                let dotted = String(value[open.upperBound..<close])
                guard let replacement = properties[dotted] ?? fields[key] ?? fields["parent/" + key] else { return nil }
                value.replaceSubrange(open.lowerBound...close, with: replacement)
            }
            return nil
        }
        guard !fields.isEmpty else { return nil }
        artifactID = resolve(fields["artifactId"])
        parentGroupID = resolve(fields["parent/groupId"])
        parentVersion = resolve(fields["parent/version"])
        groupID = resolve(fields["groupId"])
        version = resolve(fields["version"]) ?? (fields["version"] == nil ? parentVersion : nil)
        licenses = licenseNames.isEmpty ? licenseAddresses : licenseNames
    }
}
