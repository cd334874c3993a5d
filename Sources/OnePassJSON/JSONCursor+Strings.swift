extension JSONCursor {
    /// Takes a string.
    package mutating func string() throws(JSONError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw error("expected a string") }
        let start = position + 1
        let end = bytes.endOfPlainText(from: start)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return try unplainString() }
        let text = try decoded(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: position)
        position = end + 1
        return text
    }

    private func decoded(_ text: UnsafeRawBufferPointer, at start: Int) throws(JSONError) -> String {
        guard strings == .exact else { return String(decoding: text, as: UTF8.self) }
        // Not `String(validating:as:)`, which looks up metadata of generic types each time.
        do {
            return String(copying: try UTF8Span(validating: text.assumingMemoryBound(to: UInt8.self).span))
        } catch {
            throw JSONError(offset: start, reason: "a string that is not UTF-8")
        }
    }

    /// Takes a string in which something is not plain, or that has no end.
    private mutating func unplainString() throws(JSONError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while true {
            let end = bytes.endOfPlainText(from: position)
            text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
            position = end
            guard end < bytes.count else { throw error("a string without an end") }
            switch bytes[end] {
            case UInt8(ascii: "\""):
                position += 1
                return try text.span.withUnsafeBytes { text throws(JSONError) in try decoded(text, at: start) }
            case UInt8(ascii: "\\"): try escape(into: &text)
            case let control:
                guard strings == .lenient else { throw error("a control character in a string") }
                text.append(control)
                position += 1
            }
        }
    }

    /// Takes an escape, which begins here (RFC 8259, section 7).
    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard bytes.count - position >= 2 else { throw error("a string without an end") }
        let kind = bytes[position + 1]
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            try scalarEscape(into: &text)
            return
        default:
            guard strings == .lenient else { throw error("an escape that JSON does not know") }
            text.append(kind)
        }
        position += 2
    }

    /// Takes `\u` and four digits, twice for what is above U+FFFF.
    private mutating func scalarEscape(into text: inout [UInt8]) throws(JSONError) {
        guard let unit = unit(at: position) else {
            guard strings == .lenient else { throw error("expected four hexadecimal digits") }
            position += 2
            text.append(contentsOf: "\u{FFFD}".utf8)
            return
        }
        if let scalar = Unicode.Scalar(unit) {
            position += 6
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        } else if unit < 0xDC00, let low = self.unit(at: position + 6), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
            position += 12
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        } else {
            guard strings != .exact else { throw error("half of a surrogate pair") }
            position += 6
            text.append(contentsOf: "\u{FFFD}".utf8)
        }
    }

    /// What `\u` and four digits at `place` say; `nil` where something else is there.
    private func unit(at place: Int) -> UInt32? {
        guard bytes.count - place >= 6, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in bytes[place + 2..<place + 6] {
            guard let digit = Self.digit(byte) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
