/// A run of ASCII digits as a number of any size.
///
/// Up to nineteen digits are kept as a machine word, more as their digits: comparing never overflows.
struct DecimalNumber: Comparable, Sendable {
    /// The most digits of which every combination fits a `UInt64`.
    private static let maxSmallDigits = 19

    /// The greatest number of that many digits; greater ones are kept as digits, whatever they were made from.
    private static let maxSmall: UInt64 = 9_999_999_999_999_999_999

    static let zero = DecimalNumber(small: 0)

    private let small: UInt64
    /// The digits without leading zeros, empty where `small` holds the value.
    private let large: [UInt8]

    private init(small: UInt64) {
        self.small = small
        large = []
    }

    /// The number spelled by `digits`, which are ASCII digits; none at all is zero.
    init(digits: ArraySlice<UInt8>) {
        let significant = digits.drop { $0 == ASCII.zero }
        guard significant.count <= Self.maxSmallDigits else {
            small = 0
            large = Array(significant)
            return
        }
        small = significant.reduce(0) { $0 * 10 + UInt64($1 &- ASCII.zero) }
        large = []
    }

    var isZero: Bool { small == 0 && large.isEmpty }

    /// The number after this one.
    var successor: DecimalNumber {
        if large.isEmpty, small < Self.maxSmall { return DecimalNumber(small: small + 1) }
        var digits = large.isEmpty ? Array(String(small).utf8) : large
        var index = digits.count - 1
        while index >= 0, digits[index] == ASCII.nine {
            digits[index] = ASCII.zero
            index -= 1
        }
        if index >= 0 { digits[index] += 1 } else { digits.insert(ASCII.one, at: 0) }
        return DecimalNumber(digits: digits[...])
    }

    static func == (left: DecimalNumber, right: DecimalNumber) -> Bool {
        left.small == right.small && left.large == right.large
    }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.large.isEmpty, right.large.isEmpty { return left.small < right.small }
        if left.large.count != right.large.count { return left.large.count < right.large.count }
        return VersionComparison.ofBytes(left.large, right.large) == .less
    }
}
