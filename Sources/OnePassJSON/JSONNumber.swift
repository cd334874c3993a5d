/// A number as a document writes it.
///
/// It must not outlive the document's bytes.
package struct JSONNumber {
    private let text: UnsafeRawBufferPointer
    /// Whether it has neither a fraction nor an exponent.
    private let isWhole: Bool

    fileprivate init(_ text: UnsafeRawBufferPointer, isWhole: Bool) {
        self.text = text
        self.isWhole = isWhole
    }

    private var string: String { String(decoding: text, as: UTF8.self) }

    /// The value of a whole number; `nil` where it is none, or too large.
    package var integer: Int? { isWhole ? Int(string) : nil }

    /// The value; `nil` where it is too large.
    package var double: Double? {
        guard let value = Double(string), value.isFinite else { return nil }
        return value
    }
}

extension JSONCursor {
    /// Longer ones are an attack on the conversion.
    private static let maxNumberBytes = 64

    /// Takes a number (RFC 8259, section 6).
    package mutating func number() throws(JSONError) -> JSONNumber {
        _ = peek()
        let start = position
        if byte(at: position) == UInt8(ascii: "-") { position += 1 }
        if byte(at: position) == UInt8(ascii: "0") { position += 1 } else { try passDigits() }
        let whole = position
        if byte(at: position) == UInt8(ascii: ".") {
            position += 1
            try passDigits()
        }
        if let sign = byte(at: position), sign | 0x20 == UInt8(ascii: "e") {
            position += 1
            if let sign = byte(at: position), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try passDigits()
        }
        guard position - start <= Self.maxNumberBytes else {
            throw error("a number of more than \(Self.maxNumberBytes) bytes")
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        return JSONNumber(text, isWhole: position == whole)
    }

    private func byte(at place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func passDigits() throws(JSONError) {
        let start = position
        while let byte = byte(at: position), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }
}
