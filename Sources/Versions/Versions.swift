/// Orders versions and matches them against ranges, by the rules of each ecosystem.
package enum Versions {
    /// Compares two versions.
    ///
    /// Nil only where one of the two cannot be ordered at all, like Go's `(devel)`.
    package static func compare(_ a: String, _ b: String, scheme: VersionScheme) -> VersionComparison? {
        ParsedVersion(a, scheme: scheme).compare(to: ParsedVersion(b, scheme: scheme))
    }

    /// Whether a version lies in a range, whose grammar `VersionRange` describes.
    ///
    /// Nil where the range cannot be parsed or the version cannot be ordered.
    package static func satisfies(_ version: String, _ range: String, scheme: VersionScheme) -> Bool? {
        VersionRange(range, scheme: scheme)?.contains(ParsedVersion(version, scheme: scheme))
    }
}
