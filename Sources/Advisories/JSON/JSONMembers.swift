/// The members of a JSON object one after the other, each found by its brackets alone and not parsed.
///
/// A feed of a hundred megabytes is read this way a member at a time, and a member that is no JSON inside costs itself.
struct JSONMembers {
    private var cursor: JSONCursor
    private var isFirst = true

    /// Starts at the opening brace of an object.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        cursor = JSONCursor(bytes)
        cursor.skipSpace()
        try cursor.expect(UInt8(ascii: "{"), "expected an object")
    }

    /// The next member, or `nil` after the last; throws where the object's own frame is broken.
    mutating func next() throws(JSONError) -> (name: String, value: UnsafeRawBufferPointer)? {
        cursor.skipSpace()
        guard let byte = cursor.byte else { throw cursor.error("the object has no end") }
        if byte == UInt8(ascii: "}") {
            try cursor.expect(byte, "")
            try cursor.expectEnd()
            return nil
        }
        if !isFirst { try cursor.expect(UInt8(ascii: ","), "expected a comma") }
        isFirst = false
        guard cursor.byte == UInt8(ascii: "\"") else { throw cursor.error("expected a member name") }
        let name = try JSONReader.parse(try cursor.string(), maxDepth: 1).string ?? ""
        cursor.skipSpace()
        try cursor.expect(UInt8(ascii: ":"), "expected a colon")
        return (name, try cursor.value())
    }
}
