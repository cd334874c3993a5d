/// A place in JSON text from which values are passed over by their brackets alone, without being parsed.
struct JSONCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    /// Starts in front of the first value, behind a byte order mark.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The byte at this place; `nil` at the end.
    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

    mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]) {
            position += 1
        }
    }

    /// Passes over `byte` and the space behind it; throws where another one stands here.
    mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONError) {
        guard self.byte == byte else { throw error(reason) }
        position += 1
        skipSpace()
    }

    /// Passes over a string, which begins here, and returns it with its quotes.
    mutating func string() throws(JSONError) -> UnsafeRawBufferPointer {
        let start = position
        try skipString()
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Passes over any value and returns its bytes.
    mutating func value() throws(JSONError) -> UnsafeRawBufferPointer {
        let start = position
        try skipValue()
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Throws unless nothing but space is left.
    mutating func expectEnd() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw error("something after the document") }
    }

    private mutating func skipString() throws(JSONError) {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""):
                position += 1
                return
            default: position += 1
            }
        }
        position = bytes.count
        throw error("a string without an end")
    }

    private mutating func skipValue() throws(JSONError) {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                try skipString()
                if depth == 0 { return }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
                position += 1
                if depth == 0 { return }
            case UInt8(ascii: ",") where depth == 0: return
            default: position += 1
            }
        }
        throw error("a value without an end")
    }
}
