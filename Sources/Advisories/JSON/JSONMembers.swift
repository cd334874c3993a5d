/// The members of a JSON object one after the other, each found by its brackets alone and not parsed.
///
/// A feed of a hundred megabytes is read this way a member at a time, and a member that is no JSON inside costs itself.
struct JSONMembers {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var isFirst = true

    /// Starts at the opening brace of an object.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else { throw error("expected an object") }
        position += 1
    }

    /// Starts at the opening bracket of an array, for ``JSONElements``.
    init(array bytes: UnsafeRawBufferPointer) throws(JSONError) {
        self.bytes = bytes
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "[") else { throw error("expected an array") }
        position += 1
    }

    /// The next element of an array.
    mutating func nextElement() throws(JSONError) -> UnsafeRawBufferPointer? {
        guard try !isAtEnd(UInt8(ascii: "]")) else { return nil }
        let start = position
        try skipValue()
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Passes the end of the collection, or the comma before what comes next.
    private mutating func isAtEnd(_ close: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard let byte = byte else { throw error("the collection has no end") }
        if byte == close {
            position += 1
            skipSpace()
            guard position == bytes.count else { throw error("something after the collection") }
            return true
        }
        if !isFirst {
            guard byte == UInt8(ascii: ",") else { throw error("expected a comma") }
            position += 1
            skipSpace()
        }
        isFirst = false
        return false
    }

    /// The next member, or `nil` after the last; throws where the object's own frame is broken.
    mutating func next() throws(JSONError) -> (name: String, value: UnsafeRawBufferPointer)? {
        guard try !isAtEnd(UInt8(ascii: "}")) else { return nil }
        let name = try name()
        skipSpace()
        guard self.byte == UInt8(ascii: ":") else { throw error("expected a colon") }
        position += 1
        skipSpace()
        let start = position
        try skipValue()
        return (name, UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func name() throws(JSONError) -> String {
        guard byte == UInt8(ascii: "\"") else { throw error("expected a member name") }
        let start = position
        try skipString()
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        return try JSONReader.parse(text, maxDepth: 1).string ?? ""
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
