import ScanModel

/// A row with an order of its own in every report.
protocol ReportOrdered: Hashable {
    /// Whether `left` comes first; `nil` when the keys that matter to a reader are equal.
    static func precedes(_ left: Self, _ right: Self) -> Bool?
}

extension Sequence where Element: ReportOrdered {
    /// The rows in report order, whatever order they came in.
    ///
    /// Rows with equal keys are told apart by everything else that they say, so that the order is total.
    func inReportOrder() -> [Element] {
        sorted { left, right in
            if let decided = Element.precedes(left, right) { return decided }
            if left == right { return false }
            return ascending(String(describing: left), String(describing: right)) ?? false
        }
    }
}

/// Compares for ascending order; `nil` when equal.
func ascending<Value: Comparable>(_ left: Value, _ right: Value) -> Bool? {
    left == right ? nil : left < right
}

/// Compares for descending order; `nil` when equal.
func descending<Value: Comparable>(_ left: Value, _ right: Value) -> Bool? {
    left == right ? nil : left > right
}

/// Compares text by Unicode order, then by bytes: canonically equal spellings are still told apart.
func ascending(_ left: String, _ right: String) -> Bool? {
    if left != right { return left < right }
    return left.utf8.elementsEqual(right.utf8) ? nil : left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// A flag first.
func flagFirst(_ left: Bool, _ right: Bool) -> Bool? {
    left == right ? nil : left
}

/// The larger score first, no score last; not-a-number counts as none.
func scoreFirst(_ left: Double?, _ right: Double?) -> Bool? {
    func key(_ score: Double?) -> Double {
        guard let score, !score.isNaN else { return -Double.infinity }
        return score
    }
    return descending(key(left), key(right))
}

/// Worse first, severity by severity from the worst down.
func worseFirst(_ left: SeverityCounts, _ right: SeverityCounts) -> Bool? {
    for severity in Severity.worstFirst {
        if let decided = descending(left[severity], right[severity]) { return decided }
    }
    return nil
}
