import ScanModel
package import Versions

extension AffectedRange {
    /// Whether the interval or the list holds `version`; a version that cannot be compared only matches the list, as text.
    package func contains(_ version: String) -> Bool {
        contains(version, parsed: ParsedVersion(version, scheme: scheme))
    }

    /// Whether the interval or the list holds a version that has been parsed under `scheme` before.
    package func contains(_ version: String, parsed: ParsedVersion) -> Bool {
        contains(version, parsed: parsed, bounds: ParsedBounds(self))
    }

    /// The same with bounds that have been parsed before; they must be those of this range.
    package func contains(_ version: String, parsed: ParsedVersion, bounds: ParsedBounds) -> Bool {
        if isEnumeration || !versions.isEmpty, lists(version, parsed: parsed) { return true }
        guard !isEnumeration, !isNotAffected, parsed.isOrdered else { return false }
        if let introduced = bounds.introduced {
            guard let order = parsed.compare(to: introduced), order != .less else { return false }
        }
        if let introducedAfter = bounds.introducedAfter {
            guard parsed.compare(to: introducedAfter) == .greater else { return false }
        }
        if let fixed = bounds.fixed {
            guard parsed.compare(to: fixed) == .less else { return false }
        }
        if let lastAffected = bounds.lastAffected {
            guard let order = parsed.compare(to: lastAffected), order != .greater else { return false }
        }
        return true
    }

    private func lists(_ version: String, parsed: ParsedVersion) -> Bool {
        versions.contains(version)
            || versions.contains { parsed.compare(to: ParsedVersion($0, scheme: scheme)) == .equal }
    }
}

/// The bounds of a range taken apart by the rules of its scheme, to be compared with many versions.
package struct ParsedBounds: Sendable {
    let introduced: ParsedVersion?
    let introducedAfter: ParsedVersion?
    let fixed: ParsedVersion?
    let lastAffected: ParsedVersion?

    package init(_ range: AffectedRange) {
        func parse(_ bound: String?) -> ParsedVersion? { bound.map { ParsedVersion($0, scheme: range.scheme) } }
        introduced = parse(range.introduced)
        introducedAfter = parse(range.introducedAfter)
        fixed = parse(range.fixed)
        lastAffected = parse(range.lastAffected)
    }
}
