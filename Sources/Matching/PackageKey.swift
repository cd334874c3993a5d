/// What advisories are filed under: an ecosystem (or a distribution's release) and a name in it.
package struct PackageKey: Hashable, Comparable, Sendable, Codable {
    /// As `AffectedRange.ecosystem`.
    package var ecosystem: String
    /// As `AffectedRange.package`.
    package var name: String

    package init(ecosystem: String, name: String) {
        self.ecosystem = ecosystem
        self.name = name
    }

    package static func < (left: PackageKey, right: PackageKey) -> Bool {
        left.ecosystem == right.ecosystem ? left.name < right.name : left.ecosystem < right.ecosystem
    }
}
