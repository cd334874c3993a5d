/// The outcome of comparing two versions: where the first one stands relative to the second.
package enum VersionComparison: Sendable {
    case less, equal, greater

    /// The outcome as `<`, `=` or `>`.
    package var symbol: Character {
        switch self {
        case .less: "<"
        case .equal: "="
        case .greater: ">"
        }
    }

    /// The outcome with the two sides exchanged.
    var reversed: VersionComparison {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }

    /// Compares two values by their own order.
    init<Value: Comparable>(_ left: Value, _ right: Value) {
        self = left < right ? .less : (left == right ? .equal : .greater)
    }

    /// This outcome, or the next criterion's where this one does not decide.
    func then(_ next: @autoclosure () -> VersionComparison) -> VersionComparison {
        self == .equal ? next() : self
    }

    /// Compares two byte strings: by bytes, a prefix first.
    static func ofBytes(_ left: [UInt8], _ right: [UInt8]) -> VersionComparison {
        for (one, other) in zip(left, right) where one != other {
            return one < other ? .less : .greater
        }
        return VersionComparison(left.count, right.count)
    }

    /// Compares two lists of numbers, the shorter one as if it went on with zeros.
    static func ofNumbers(_ left: [DecimalNumber], _ right: [DecimalNumber]) -> VersionComparison {
        for index in 0..<max(left.count, right.count) {
            let one = index < left.count ? left[index] : .zero
            let other = index < right.count ? right[index] : .zero
            if one != other { return one < other ? .less : .greater }
        }
        return .equal
    }
}
