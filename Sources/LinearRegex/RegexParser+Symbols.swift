extension RegexParser {
    /// `[…]`; stands at the opening bracket.
    mutating func symbolSet() throws(RegexSyntaxError) -> SymbolClass {
        let start = position
        position += 1
        let isNegated = take("^")
        var set = SymbolClass()
        var isFirst = true
        while true {
            guard let scalar = next else { throw error("a set without its closing bracket", at: start) }
            if scalar == Unicode.Scalar("]").value, !isFirst {
                position += 1
                break
            }
            isFirst = false
            let itemStart = position
            let low = try setItem(&set)
            guard isNext("-"), position + 1 < scalars.count, scalars[position + 1] != Unicode.Scalar("]").value else {
                if let low { set.insert(low...low) }
                continue
            }
            position += 1
            guard let low, let high = try setItem(&set), low <= high else {
                throw error("a range that goes from nowhere to nowhere", at: itemStart)
            }
            set.insert(low...high)
        }
        if flags.contains(.ignoreCase) { set.ignoreCase() }
        if isNegated { set.negate() }
        return set
    }

    /// One character of a set; `nil` where it was a class, which is in `set` then.
    private mutating func setItem(_ set: inout SymbolClass) throws(RegexSyntaxError) -> UInt32? {
        guard let scalar = next else { throw error("a set without its closing bracket") }
        position += 1
        guard scalar == Unicode.Scalar("\\").value else { return scalar }
        let start = position - 1
        guard let letter = next else { throw error("a backslash at the end", at: start) }
        if let category = Self.category(letter) {
            position += 1
            set.insert(category, isUnicode: !flags.contains(.ascii))
            return nil
        }
        if letter == Unicode.Scalar("b").value {
            position += 1
            return 8
        }
        return try character(from: start, inSet: true)
    }

    /// What a backslash introduces outside of sets; stands at the backslash.
    mutating func escape() throws(RegexSyntaxError) -> RegexNode {
        let start = position
        position += 1
        guard let letter = next else { throw error("a backslash at the end", at: start) }
        if let category = Self.category(letter) {
            position += 1
            var symbol = SymbolClass()
            symbol.insert(category, isUnicode: !flags.contains(.ascii))
            return .symbol(symbol)
        }
        let test: PositionTest?
        switch Unicode.Scalar(letter) {
        case "A": test = .start
        case "Z": test = .absoluteEnd
        case "b": test = .wordBoundary
        case "B": test = .noWordBoundary
        default: test = nil
        }
        if let test {
            position += 1
            let isBoundary = test == .wordBoundary || test == .noWordBoundary
            if isBoundary, flags.contains(.ascii) {
                throw error("word boundaries with the flag a are not supported", at: start)
            }
            return .position(test)
        }
        return .symbol(literal(try character(from: start, inSet: false)))
    }

    private static func category(_ letter: UInt32) -> SymbolClass.Categories? {
        switch Unicode.Scalar(letter) {
        case "d": .digit
        case "w": .word
        case "s": .space
        case "D": .notDigit
        case "W": .notWord
        case "S": .notSpace
        default: nil
        }
    }

    /// The character that stands behind a backslash, or that it stands for.
    private mutating func character(from start: Int, inSet: Bool) throws(RegexSyntaxError) -> UInt32 {
        guard let letter = next else { throw error("a backslash at the end", at: start) }
        position += 1
        switch Unicode.Scalar(letter) {
        case "n": return 10
        case "t": return 9
        case "r": return 13
        case "f": return 12
        case "v": return 11
        case "a": return 7
        case "x": return try hexadecimal(2, from: start)
        case "u": return try hexadecimal(4, from: start)
        case "U": return try hexadecimal(8, from: start)
        case "0": return octal(first: 0)
        case .some(let digit) where ("1"..."9").contains(digit):
            guard let value = threeOctalDigits(from: start) else {
                throw error(inSet ? "an unknown escape" : "back references are not supported", at: start)
            }
            guard value <= 0o377 else { throw error("an octal escape above 377", at: start) }
            return value
        default:
            let isASCIILetter = (65...90).contains(letter) || (97...122).contains(letter)
            guard !isASCIILetter else { throw error("an unknown escape", at: start) }
            return letter
        }
    }

    private mutating func hexadecimal(_ digits: Int, from start: Int) throws(RegexSyntaxError) -> UInt32 {
        guard position + digits <= scalars.count else { throw error("an escape without its digits", at: start) }
        var value: UInt64 = 0
        for scalar in scalars[position..<position + digits] {
            guard let digit = Unicode.Scalar(scalar).flatMap({ Character($0).hexDigitValue }), scalar < 128 else {
                throw error("an escape without its digits", at: start)
            }
            value = value * 16 + UInt64(digit)
        }
        guard value <= 0x10FFFF else { throw error("no character has this number", at: start) }
        position += digits
        return UInt32(value)
    }

    private mutating func octal(first: UInt32) -> UInt32 {
        var value = first
        var count = 0
        while count < 2, let scalar = next, (48...55).contains(scalar) {
            value = value * 8 + (scalar - 48)
            position += 1
            count += 1
        }
        return value
    }

    /// `\123`, which is no reference but a character; the first digit has been passed.
    private mutating func threeOctalDigits(from start: Int) -> UInt32? {
        let digits = scalars[(start + 1)...].prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (48...55).contains($0) }) else { return nil }
        position = start + 4
        return digits.reduce(0) { $0 * 8 + ($1 - 48) }
    }
}
