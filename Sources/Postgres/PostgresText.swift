/// PostgreSQL's text forms of values, written.
enum PostgresText {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Appends the text form of a value that is not null.
    ///
    /// - Throws: `invalidParameter` for text with a NUL byte and for a timestamp outside the years 1 to 9999.
    static func append(_ value: PostgresValue, to buffer: inout [UInt8]) throws(PostgresError) {
        switch value {
        case .null: break
        case .bool(let flag): buffer.append(UInt8(ascii: flag ? "t" : "f"))
        case .int(let number): buffer.append(contentsOf: String(number).utf8)
        case .double(let number): buffer.append(contentsOf: String(number).utf8)
        case .text(let text), .json(let text): try appendText(text, to: &buffer)
        case .bytes(let bytes): appendHex(bytes, to: &buffer)
        case .timestamp(let microseconds): try appendTimestamp(microseconds, to: &buffer)
        case .boolArray(let flags): appendArray(flags, to: &buffer) { $1.append(UInt8(ascii: $0 ? "t" : "f")) }
        case .int64Array(let numbers): appendArray(numbers, to: &buffer) { $1.append(contentsOf: String($0).utf8) }
        case .doubleArray(let numbers): appendArray(numbers, to: &buffer) { $1.append(contentsOf: String($0).utf8) }
        case .textArray(let texts): try appendArray(texts, to: &buffer, appendQuoted)
        case .bytesArray(let items):
            appendArray(items, to: &buffer) { bytes, buffer in
                buffer.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\\")])
                appendHex(bytes, to: &buffer)
                buffer.append(UInt8(ascii: "\""))
            }
        case .optionalInt64Array(let numbers):
            appendArray(numbers, to: &buffer) { number, buffer in
                buffer.append(contentsOf: (number.map { String($0) } ?? "NULL").utf8)
            }
        case .optionalTextArray(let texts):
            try appendArray(texts, to: &buffer) { text, buffer throws(PostgresError) in
                guard let text else {
                    buffer.append(contentsOf: "NULL".utf8)
                    return
                }
                try appendQuoted(text, to: &buffer)
            }
        }
    }

    private static func appendText(_ text: String, to buffer: inout [UInt8]) throws(PostgresError) {
        let start = buffer.count
        buffer.append(contentsOf: text.utf8)
        if buffer[start...].contains(0) { throw nulByte(in: text) }
    }

    private static func nulByte(in text: String) -> PostgresError {
        let shown = String(text.prefix(40)).replacing("\0", with: "\\0")
        return PostgresError(
            .invalidParameter,
            "the text \"\(shown)\" contains a NUL byte, which PostgreSQL cannot store; remove it or send it as bytes"
        )
    }

    private static func appendHex(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(UInt8(ascii: "x"))
        for byte in bytes {
            buffer.append(hexDigits[Int(byte >> 4)])
            buffer.append(hexDigits[Int(byte & 15)])
        }
    }

    private static func appendArray<Element>(
        _ elements: [Element],
        to buffer: inout [UInt8],
        _ appendElement: (Element, inout [UInt8]) throws(PostgresError) -> Void
    ) throws(PostgresError) {
        buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in elements {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            try appendElement(element, &buffer)
        }
        buffer.append(UInt8(ascii: "}"))
    }

    private static func appendArray<Element>(
        _ elements: [Element],
        to buffer: inout [UInt8],
        _ appendElement: (Element, inout [UInt8]) -> Void
    ) {
        buffer.append(UInt8(ascii: "{"))
        var isFirst = true
        for element in elements {
            if !isFirst { buffer.append(UInt8(ascii: ",")) }
            isFirst = false
            appendElement(element, &buffer)
        }
        buffer.append(UInt8(ascii: "}"))
    }

    /// Appends an element of an array literal in quotes (PostgreSQL manual, 8.15.6).
    private static func appendQuoted(_ text: String, to buffer: inout [UInt8]) throws(PostgresError) {
        buffer.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == 0 { throw nulByte(in: text) }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { buffer.append(UInt8(ascii: "\\")) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
    }

    private static func appendTimestamp(_ microseconds: Int64, to buffer: inout [UInt8]) throws(PostgresError) {
        guard let text = PostgresTimestamp.format(microseconds) else {
            throw PostgresError(
                .invalidParameter,
                "the timestamp \(microseconds) µs since 1970 is outside the years 1 to 9999"
            )
        }
        buffer.append(contentsOf: text.utf8)
    }
}
