/// PostgreSQL's text forms of arrays and byte strings, read.
enum PostgresArray {
    /// Splits an array literal of one dimension (PostgreSQL manual, 8.15.6); nil where the text is none.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> [[UInt8]?]? {
        guard text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}"), text.count >= 2 else { return nil }
        var elements: [[UInt8]?] = []
        var position = 1
        let end = text.count - 1
        while position < end {
            let element: [UInt8]
            let wasQuoted = text[position] == UInt8(ascii: "\"")
            if wasQuoted {
                guard let quoted = quotedElement(text, from: &position, to: end) else { return nil }
                element = quoted
            } else {
                let start = position
                while position < end, text[position] != UInt8(ascii: ",") { position += 1 }
                element = Array(text[start..<position])
                // A nested array begins with a brace, which an unquoted element cannot contain.
                guard !element.isEmpty, element.first != UInt8(ascii: "{") else { return nil }
            }
            elements.append(!wasQuoted && element.elementsEqual("NULL".utf8) ? nil : element)
            if position < end {
                guard text[position] == UInt8(ascii: ","), position + 1 < end else { return nil }
                position += 1
            }
        }
        return elements
    }

    /// The elements of an array of one dimension none of which is quoted or null, as nearly all are; nil for all others, which
    /// ``parse(_:)`` reads.
    ///
    /// Takes the result's own bytes, as an array of them would be a copy; none is kept.
    static func plainTexts(_ text: UnsafeBufferPointer<UInt8>) -> [String]? {
        guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return nil }
        let inner = UnsafeBufferPointer(rebasing: text[1..<(text.count - 1)])
        guard !inner.isEmpty else { return [] }
        var texts: [String] = []
        var start = 0
        for position in 0...inner.count {
            guard position < inner.count, inner[position] != UInt8(ascii: ",") else {
                let element = inner[start..<position]
                guard !element.isEmpty, !element.elementsEqual("NULL".utf8) else { return nil }
                texts.append(String(decoding: element, as: UTF8.self))
                start = position + 1
                continue
            }
            switch inner[position] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"): return nil
            default: break
            }
        }
        return texts
    }

    private static func quotedElement(
        _ text: UnsafeBufferPointer<UInt8>,
        from position: inout Int,
        to end: Int
    ) -> [UInt8]? {
        var element: [UInt8] = []
        position += 1
        while position < end {
            let byte = text[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return element }
            if byte == UInt8(ascii: "\\") {
                guard position < end else { return nil }
                element.append(text[position])
                position += 1
            } else {
                element.append(byte)
            }
        }
        return nil
    }

    /// Reads `\x00ff`; nil where the text is not of that form.
    static func bytes(fromHex text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count >= 2, text.count % 2 == 0, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for position in stride(from: 2, to: text.count, by: 2) {
            guard let high = nibble(text[position]), let low = nibble(text[position + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
