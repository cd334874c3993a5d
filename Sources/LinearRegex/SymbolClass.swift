/// A set of characters, as a pattern writes it: `a`, `.`, `\w`, `[^a-z\s]`.
struct SymbolClass: Hashable, Sendable {
    /// The classes that Unicode defines, for characters beyond ASCII.
    struct Categories: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let digit = Categories(rawValue: 1)
        static let word = Categories(rawValue: 2)
        static let space = Categories(rawValue: 4)
        static let notDigit = Categories(rawValue: 8)
        static let notWord = Categories(rawValue: 16)
        static let notSpace = Categories(rawValue: 32)
    }

    /// One bit for each ASCII character.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// Characters beyond ASCII.
    private var ranges: [ClosedRange<UInt32>] = []
    private var categories: Categories = []
    private var isNegated = false

    /// Ranges longer than this keep the case of their letters beyond ASCII.
    private static let longestFoldedRange: UInt32 = 2048

    static let newline: UInt32 = 10

    init() {}

    init(_ scalar: UInt32) { insert(scalar...scalar) }

    /// Whatever `.` means.
    static func any(includingNewline: Bool) -> SymbolClass {
        var all = SymbolClass()
        if !includingNewline { all.insert(newline...newline) }
        all.negate()
        return all
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        if range.lowerBound < 128 {
            for scalar in range.lowerBound...min(range.upperBound, 127) { setASCII(scalar) }
        }
        if range.upperBound >= 128 { ranges.append(max(range.lowerBound, 128)...range.upperBound) }
    }

    /// Adds `\d`, `\w`, `\s` or their opposites; beyond ASCII where `isUnicode`.
    mutating func insert(_ category: Categories, isUnicode: Bool) {
        for scalar in UInt32(0)..<128 where Self.contains(category, scalar) { setASCII(scalar) }
        if isUnicode {
            categories.insert(category)
        } else if !category.isDisjoint(with: [.notDigit, .notWord, .notSpace]) {
            ranges.append(128...0x10FFFF)
        }
    }

    /// Makes the class the set of all other characters.
    mutating func negate() {
        (low, high) = (~low, ~high)
        isNegated.toggle()
    }

    /// Adds the other case of every letter; to be called before ``negate()``.
    mutating func ignoreCase() {
        for scalar in UInt32(65)...90 where hasASCII(scalar) || hasASCII(scalar + 32) {
            setASCII(scalar)
            setASCII(scalar + 32)
        }
        // The letters beyond ASCII whose other case is within it: the Kelvin sign and the long s.
        for (letter, other): (UInt32, UInt32) in [(107, 0x212A), (115, 0x017F)] {
            if hasASCII(letter) { ranges.append(other...other) }
            if contains(other) {
                setASCII(letter)
                setASCII(letter - 32)
            }
        }
        for range in ranges where range.upperBound - range.lowerBound <= Self.longestFoldedRange {
            for scalar in range {
                guard let properties = Unicode.Scalar(scalar)?.properties else { continue }
                for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
                    let scalars = mapping.unicodeScalars
                    guard scalars.count == 1, let other = scalars.first?.value, other != scalar else { continue }
                    insert(other...other)
                }
            }
        }
    }

    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 128 { return hasASCII(scalar) }
        let isIn = ranges.contains { $0.contains(scalar) } || (!categories.isEmpty && Self.contains(categories, scalar))
        return isIn != isNegated
    }

    /// Whether it holds more than ASCII, apart from the two characters whose other case is ASCII.
    var reachesBeyondASCII: Bool {
        isNegated || !categories.isEmpty || ranges.contains { $0 != 0x212A...0x212A && $0 != 0x017F...0x017F }
    }

    private func hasASCII(_ scalar: UInt32) -> Bool {
        (scalar < 64 ? low >> UInt64(scalar) : high >> UInt64(scalar - 64)) & 1 == 1
    }

    private mutating func setASCII(_ scalar: UInt32) {
        if scalar < 64 { low |= 1 << UInt64(scalar) } else { high |= 1 << UInt64(scalar - 64) }
    }

    private static func contains(_ categories: Categories, _ scalar: UInt32) -> Bool {
        (categories.contains(.digit) && isDigit(scalar)) || (categories.contains(.word) && isWord(scalar))
            || (categories.contains(.space) && isSpace(scalar)) || (categories.contains(.notDigit) && !isDigit(scalar))
            || (categories.contains(.notWord) && !isWord(scalar))
            || (categories.contains(.notSpace) && !isSpace(scalar))
    }

    static func isDigit(_ scalar: UInt32) -> Bool {
        if scalar < 128 { return (48...57).contains(scalar) }
        return Unicode.Scalar(scalar)?.properties.generalCategory == .decimalNumber
    }

    /// Letters, numbers and the underscore, as Python's `str.isalnum` has it.
    static func isWord(_ scalar: UInt32) -> Bool {
        if scalar < 128 {
            return (48...57).contains(scalar) || (65...90).contains(scalar) || (97...122).contains(scalar)
                || scalar == 95
        }
        guard let properties = Unicode.Scalar(scalar)?.properties else { return false }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return properties.numericType != nil
        }
    }

    /// White space as Python's `str.isspace` has it.
    static func isSpace(_ scalar: UInt32) -> Bool {
        if scalar < 128 { return scalar == 32 || (9...13).contains(scalar) || (28...31).contains(scalar) }
        return scalar == 0x85 || Unicode.Scalar(scalar)?.properties.generalCategory == .spaceSeparator
            || scalar == 0x2028 || scalar == 0x2029
    }
}
