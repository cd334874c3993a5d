extension JSONCursor {
    /// Takes a value of any kind; throws where it is no JSON.
    package mutating func skip() throws(JSONError) {
        switch try kind() {
        case .object:
            try openObject()
            while try nextMember() != nil { try skip() }
        case .array:
            try openArray()
            while try nextElement() { try skip() }
        case .string: _ = try string()
        case .number: _ = try number()
        case .true, .false, .null: try word()
        }
    }

    /// Passes over a value by its quotes and brackets alone, and returns its bytes.
    ///
    /// What is between them is not looked at, and however deep they nest, it takes no stack. The bytes are a part of the
    /// document's, which they must not outlive.
    @discardableResult
    package mutating func pass() throws(JSONError) -> UnsafeRawBufferPointer {
        guard let first = peek() else { throw error("the document ends early") }
        let start = position
        switch first {
        case UInt8(ascii: "\""): try passString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try passBrackets()
        default:
            while position < bytes.count, Self.isOfLiteral(bytes[position]) { position += 1 }
            guard position > start else { throw error("expected a value") }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Passes over whatever stands where a value should, up to the comma or bracket behind it, and returns its bytes.
    ///
    /// So what is no JSON costs no more than itself. There may be nothing. The bytes must not outlive the document's.
    package mutating func passAnything() throws(JSONError) -> UnsafeRawBufferPointer {
        _ = peek()
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                try passString()
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                try passBrackets()
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            default: position += 1
            }
        }
        throw error("a value without an end")
    }

    private mutating func passBrackets() throws(JSONError) {
        var open = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): try passString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                position += 1
                if open == 0 { return }
            case 0x0A: passLineEnd()
            default: position += 1
            }
        }
        throw error("the document ends early")
    }

    private mutating func passString() throws(JSONError) {
        position += 1
        while true {
            let end = bytes.endOfPlainText(from: position)
            guard end < bytes.count else {
                position = end
                throw error("a string without an end")
            }
            switch bytes[end] {
            case UInt8(ascii: "\""):
                position = end + 1
                return
            case UInt8(ascii: "\\"): position = min(end + 2, bytes.count)
            default: position = end + 1
            }
        }
    }

    private static func isOfLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
