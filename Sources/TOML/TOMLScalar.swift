/// Values without quotes: booleans, integers, floats, dates and times (TOML 1.1, "Boolean" to "Local Time").
enum TOMLScalar {
    /// Whether a byte may stand in such a value.
    static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    static func parse(_ bytes: ArraySlice<UInt8>) -> TOMLValue? {
        guard !bytes.isEmpty, bytes.count <= 4096 else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        switch text {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        if let number = integer(bytes) { return .integer(number) }
        if let number = float(bytes) { return .float(number) }
        return TOMLDate.isValid(bytes) ? .date(text) : nil
    }

    /// Whether the bytes look like a date, after which a blank and a time may follow.
    static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 10 && bytes[bytes.startIndex + 4] == UInt8(ascii: "-")
            && bytes[bytes.startIndex + 7] == UInt8(ascii: "-")
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if bytes.count > 2, bytes.first == UInt8(ascii: "0") {
            let radixes: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
            if let radix = radixes[bytes[bytes.startIndex + 1]] {
                let rest = bytes.dropFirst(2)
                guard rest.first != UInt8(ascii: "+"), rest.first != UInt8(ascii: "-"),
                    let digits = withoutUnderscores(rest, isDigit: { Character(Unicode.Scalar($0)).isHexDigit })
                else { return nil }
                return Int64(digits, radix: radix)
            }
        }
        let digits = unsigned(bytes)
        guard isDecimal(digits), let text = withoutUnderscores(bytes, isDigit: isDigit) else { return nil }
        return Int64(text)
    }

    private static func float(_ bytes: ArraySlice<UInt8>) -> Double? {
        let digits = unsigned(bytes)
        let mantissaEnd = digits.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? digits.endIndex
        let wholeEnd = digits[..<mantissaEnd].firstIndex(of: UInt8(ascii: ".")) ?? mantissaEnd
        guard wholeEnd < digits.endIndex, isDecimal(digits[..<wholeEnd]) else { return nil }
        if wholeEnd < mantissaEnd { guard isDigits(digits[(wholeEnd + 1)..<mantissaEnd]) else { return nil } }
        if mantissaEnd < digits.endIndex {
            guard isDigits(unsigned(digits[(mantissaEnd + 1)...])) else { return nil }
        }
        return Double(String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self))
    }

    private static func unsigned(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// Digits with single underscores between them.
    private static func isDigits(_ bytes: ArraySlice<UInt8>) -> Bool {
        withoutUnderscores(bytes, isDigit: isDigit) != nil && bytes.first.map(isDigit) == true
    }

    /// Digits without a leading zero.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        isDigits(bytes) && (bytes.count == 1 || bytes.first != UInt8(ascii: "0"))
    }

    /// The text without underscores where each of them stands between two digits; a leading sign is kept.
    private static func withoutUnderscores(_ bytes: ArraySlice<UInt8>, isDigit: (UInt8) -> Bool) -> String? {
        var digits: [UInt8] = []
        var last: UInt8?
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                guard let last, isDigit(last) else { return nil }
            } else {
                guard isDigit(byte) || last == nil && (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")) else {
                    return nil
                }
                digits.append(byte)
            }
            last = byte
        }
        guard let last, isDigit(last) else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }
}
