/// Strings (TOML 1.1, "String"): basic and literal, each on one line or on many.
extension TOMLReader {
    /// Reads any string; the reading position is at its first quote.
    mutating func readString() throws(TOMLError) -> String {
        let isBasic = byte == UInt8(ascii: "\"")
        guard byte(ahead: 1) == byte, byte(ahead: 2) == byte else {
            return isBasic ? try readBasicString() : try readLiteralString()
        }
        position += 3
        if byte == 0x0A { position += 1 } else if byte == 0x0D, byte(ahead: 1) == 0x0A { position += 2 }
        return isBasic ? try readLongString(quote: UInt8(ascii: "\"")) : try readLongString(quote: UInt8(ascii: "'"))
    }

    mutating func readBasicString() throws(TOMLError) -> String {
        position += 1
        var text: [UInt8] = []
        var start = position
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[start..<position]
                position += 1
                return try validated(text)
            case UInt8(ascii: "\\"):
                text += bytes[start..<position]
                try readEscape(into: &text)
                start = position
            default:
                try checkIsPrintable(byte)
                position += 1
            }
        }
        throw error("a string without an end")
    }

    mutating func readLiteralString() throws(TOMLError) -> String {
        position += 1
        let start = position
        while let byte {
            if byte == UInt8(ascii: "'") {
                position += 1
                return try validated(bytes[start..<position - 1])
            }
            try checkIsPrintable(byte)
            position += 1
        }
        throw error("a string without an end")
    }

    /// Reads to three quotes; up to two more before them belong to the text.
    private mutating func readLongString(quote: UInt8) throws(TOMLError) -> String {
        var text: [UInt8] = []
        var start = position
        while let byte {
            switch byte {
            case quote:
                var run = 1
                while run < 5, self.byte(ahead: run) == quote { run += 1 }
                guard run >= 3 else {
                    position += run
                    continue
                }
                text += bytes[start..<position + run - 3]
                position += run
                return try validated(text)
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                text += bytes[start..<position]
                if !skipLineContinuation() { try readEscape(into: &text) }
                start = position
            case 0x0A: position += 1
            case 0x0D where self.byte(ahead: 1) == 0x0A: position += 2
            default:
                try checkIsPrintable(byte)
                position += 1
            }
        }
        throw error("a string without an end")
    }

    /// A backslash at the end of a line takes the line's end and all white space after it out of the text.
    private mutating func skipLineContinuation() -> Bool {
        var end = position + 1
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
        guard end < bytes.count else { return false }
        guard bytes[end] == 0x0A || (bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A) else {
            return false
        }
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 || bytes[end] == 0x0A || bytes[end] == 0x0D {
            if bytes[end] == 0x0D, end + 1 >= bytes.count || bytes[end + 1] != 0x0A { break }
            end += 1
        }
        position = end
        return true
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(TOMLError) {
        position += 1
        guard let byte else { throw error("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "e"): text.append(0x1B)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(byte)
        case UInt8(ascii: "x"): try readScalar(digits: 2, into: &text)
        case UInt8(ascii: "u"): try readScalar(digits: 4, into: &text)
        case UInt8(ascii: "U"): try readScalar(digits: 8, into: &text)
        default: throw error("an unknown escape in a string")
        }
    }

    private mutating func readScalar(digits: Int, into text: inout [UInt8]) throws(TOMLError) {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape that is not \(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("an escape that is no Unicode character") }
        text += String(scalar).utf8
    }

    private mutating func checkIsPrintable(_ byte: UInt8) throws(TOMLError) {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw error("a control character in a string") }
    }

    private mutating func validated(_ text: some Sequence<UInt8>) throws(TOMLError) -> String {
        guard let string = String(validating: text, as: UTF8.self) else { throw error("a string that is not UTF-8") }
        return string
    }
}
