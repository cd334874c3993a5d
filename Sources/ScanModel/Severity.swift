/// How bad a vulnerability is, worst last so that thresholds compare.
package enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
    case unknown, negligible, low, medium, high, critical

    package var rank: Int {
        switch self {
        case .unknown: 0
        case .negligible: 1
        case .low: 2
        case .medium: 3
        case .high: 4
        case .critical: 5
        }
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// Whether a fix exists.
package enum FixState: String, Sendable, Codable, CaseIterable {
    case fixed, notFixed = "not-fixed", wontFix = "wont-fix", unknown
}
