/// What is needed of a `pom.xml` (Maven POM reference 4.0.0): its coordinates, its parent's, its licenses, and the
/// dependencies that it declares, in profiles, too: which of them a build has is not known.
///
/// Values are resolved within the file: what a parent or an imported POM says is not known here, and what a profile sets
/// is not put in.
package struct PomProject: Equatable {
    package struct Dependency: Hashable {
        package let groupID: String
        package let artifactID: String
        /// `nil` where another file states it.
        package let version: String?
    }

    package private(set) var groupID: String?
    package private(set) var artifactID: String?
    package private(set) var version: String?
    package private(set) var parentGroupID: String?
    private(set) var parentVersion: String?
    /// Names, or addresses of licenses without a name.
    package private(set) var licenses: [String] = []
    /// In the file's order; those without a group and a name are left out.
    package private(set) var dependencies: [Dependency] = []
    /// Whether the file says anything about the project itself, and not only what it depends on.
    private(set) var isDescribed = false

    private static let maxProperties = 1024
    private static let maxLicenses = 32
    private static let maxDependencies = 4096

    /// `nil` where the bytes are no POM.
    package init?(_ bytes: [UInt8]) {
        var fields: [String: String] = [:]
        var properties: [String: String] = [:]
        var licenseNames: [String] = []
        var licenseAddresses: [String] = []
        var declared: [[String: String]] = []
        var managed: [[String: String]] = []
        var managedByProfiles: [[String: String]] = []
        var current: [String: String] = [:]
        XMLPaths(bytes).forEachElement { path, text in
            guard path.first == "project" else { return }
            // Dependencies stand in a profile as they do in the project.
            var place = path.dropFirst()
            let isInProfile = place.starts(with: ["profiles", "profile"])
            if isInProfile { place = place.dropFirst(2) }
            guard place.count <= 4 else { return }
            switch place.joined(separator: "/") {
            case "dependencies/dependency":
                if declared.count < Self.maxDependencies { declared.append(current) }
                current = [:]
            case "dependencyManagement/dependencies/dependency":
                if isInProfile {
                    if managedByProfiles.count < Self.maxDependencies { managedByProfiles.append(current) }
                } else if managed.count < Self.maxDependencies {
                    managed.append(current)
                }
                current = [:]
            case _ where text.isEmpty:
                break
            case let key where path.count == 2 || path.count == 3 && path[1] == "parent":
                if fields[key] == nil { fields[key] = text }
            case _ where path.count == 3 && path[1] == "properties" && properties.count < Self.maxProperties:
                properties[path[2]] = text
            case "licenses/license/name" where !isInProfile && licenseNames.count < Self.maxLicenses:
                licenseNames.append(text)
            case "licenses/license/url" where !isInProfile && licenseAddresses.count < Self.maxLicenses:
                licenseAddresses.append(text)
            case _ where path.suffix(3).starts(with: ["dependencies", "dependency"]):
                if let name = path.last { current[name] = text }
            default:
                break
            }
        }
        guard !fields.isEmpty || !declared.isEmpty else { return nil }
        isDescribed = !fields.isEmpty
        let expressions = PomExpressions(fields: fields, properties: properties)
        artifactID = expressions.resolve(fields["artifactId"])
        parentGroupID = expressions.resolve(fields["parent/groupId"])
        parentVersion = expressions.resolve(fields["parent/version"])
        groupID = expressions.resolve(fields["groupId"])
        version = expressions.resolve(fields["version"]) ?? (fields["version"] == nil ? parentVersion : nil)
        licenses = licenseNames.isEmpty ? licenseAddresses : licenseNames
        var versions: [Dependency: String] = [:]
        // The last one counts: a profile's only for what the project says nothing about.
        for dependency in (managedByProfiles + managed).compactMap(expressions.dependency)
        where dependency.version != nil {
            versions[Dependency(groupID: dependency.groupID, artifactID: dependency.artifactID, version: nil)] =
                dependency.version
        }
        dependencies = declared.compactMap(expressions.dependency).map { dependency in
            guard dependency.version == nil, let version = versions[dependency] else { return dependency }
            return Dependency(groupID: dependency.groupID, artifactID: dependency.artifactID, version: version)
        }
    }
}

/// The values that a POM's expressions, `${…}`, stand for.
private struct PomExpressions {
    /// Of the project by path, such as `parent/version`.
    let fields: [String: String]
    let properties: [String: String]

    private static let maxSubstitutions = 8
    private static let maxValueBytes = 1024

    /// `nil` where an expression stands for nothing in this file, or for too much.
    func resolve(_ value: String?) -> String? {
        guard var value else { return nil }
        for _ in 0..<Self.maxSubstitutions {
            guard value.utf8.count <= Self.maxValueBytes else { return nil }
            guard let open = value.firstRange(of: "${"),
                let close = value[open.upperBound...].firstIndex(of: "}")
            else { return value }
            // Looked at before it is put in: a hostile file has one of megabytes, and thousands that refer to it.
            guard let replacement = self.value(of: String(value[open.upperBound..<close])),
                replacement.utf8.count <= Self.maxValueBytes
            else { return nil }
            value.replaceSubrange(open.lowerBound...close, with: replacement)
        }
        return nil
    }

    private func value(of expression: String) -> String? {
        if let property = properties[expression] { return property }
        var key = expression
        for prefix in ["project.", "pom."] where key.hasPrefix(prefix) { key.removeFirst(prefix.count) }
        key = key.split(separator: ".").joined(separator: "/")
        return fields[key] ?? fields["parent/" + key]
    }

    func dependency(_ stated: [String: String]) -> PomProject.Dependency? {
        guard let group = resolve(stated["groupId"]), let name = resolve(stated["artifactId"]) else { return nil }
        return PomProject.Dependency(groupID: group, artifactID: name, version: resolve(stated["version"]))
    }
}
