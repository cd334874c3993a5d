/// The elements of a JSON array one after the other, each found by its brackets alone and not parsed.
struct JSONElements {
    private var cursor: JSONCursor
    private var isFirst = true

    /// Starts at the opening bracket of an array.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        cursor = JSONCursor(bytes)
        cursor.skipSpace()
        try cursor.expect(UInt8(ascii: "["), "expected an array")
    }

    /// The next element, or `nil` after the last; throws where the array's own frame is broken.
    mutating func next() throws(JSONError) -> UnsafeRawBufferPointer? {
        cursor.skipSpace()
        guard let byte = cursor.byte else { throw cursor.error("the array has no end") }
        if byte == UInt8(ascii: "]") {
            try cursor.expect(byte, "")
            try cursor.expectEnd()
            return nil
        }
        if !isFirst { try cursor.expect(UInt8(ascii: ","), "expected a comma") }
        isFirst = false
        let element = try cursor.value()
        guard !element.isEmpty else { throw cursor.error("expected a value") }
        return element
    }
}
