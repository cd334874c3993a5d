package import ScanModel

/// How many of something there are of each severity.
package struct SeverityCounts: Hashable, Sendable, Codable {
    package var critical: Int
    package var high: Int
    package var medium: Int
    package var low: Int
    package var negligible: Int
    package var unknown: Int

    package init(
        critical: Int = 0,
        high: Int = 0,
        medium: Int = 0,
        low: Int = 0,
        negligible: Int = 0,
        unknown: Int = 0
    ) {
        self.critical = critical
        self.high = high
        self.medium = medium
        self.low = low
        self.negligible = negligible
        self.unknown = unknown
    }

    /// The sum over all severities; stays at `Int.max` rather than overflow.
    package var total: Int {
        Severity.allCases.reduce(0) { sum, severity in
            let (next, overflow) = sum.addingReportingOverflow(self[severity])
            return overflow ? Int.max : next
        }
    }

    /// The worst severity that there is any of.
    package var worst: Severity? { Severity.worstFirst.first { self[$0] > 0 } }

    package subscript(severity: Severity) -> Int {
        get {
            switch severity {
            case .critical: critical
            case .high: high
            case .medium: medium
            case .low: low
            case .negligible: negligible
            case .unknown: unknown
            }
        }
        set {
            switch severity {
            case .critical: critical = newValue
            case .high: high = newValue
            case .medium: medium = newValue
            case .low: low = newValue
            case .negligible: negligible = newValue
            case .unknown: unknown = newValue
            }
        }
    }
}

extension Severity {
    /// Every severity in the order in which reports list them.
    package static var worstFirst: [Severity] { [.critical, .high, .medium, .low, .negligible, .unknown] }
}
