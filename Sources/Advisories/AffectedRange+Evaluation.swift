import ScanModel
package import Versions

extension AffectedRange {
    /// Whether the interval or the list holds `version`; a version that cannot be compared only matches the list, as text.
    package func contains(_ version: String) -> Bool {
        contains(version, parsed: ParsedVersion(version, scheme: scheme))
    }

    /// Whether the interval or the list holds a version that has been parsed under `scheme` before.
    package func contains(_ version: String, parsed: ParsedVersion) -> Bool {
        if isEnumeration || !versions.isEmpty, lists(version, parsed: parsed) { return true }
        guard !isEnumeration, !isNotAffected, parsed.isOrdered else { return false }
        if let introduced {
            guard let order = order(parsed, introduced), order != .less else { return false }
        }
        if let introducedAfter {
            guard order(parsed, introducedAfter) == .greater else { return false }
        }
        if let fixed {
            guard order(parsed, fixed) == .less else { return false }
        }
        if let lastAffected {
            guard let order = order(parsed, lastAffected), order != .greater else { return false }
        }
        return true
    }

    private func lists(_ version: String, parsed: ParsedVersion) -> Bool {
        versions.contains(version) || versions.contains { order(parsed, $0) == .equal }
    }

    private func order(_ version: ParsedVersion, _ bound: String) -> VersionComparison? {
        version.compare(to: ParsedVersion(bound, scheme: scheme))
    }
}
