import OnePassJSON

/// The members of a JSON object one after the other, each found by its brackets alone and not parsed.
///
/// A feed of a hundred megabytes is read this way a member at a time, and a member that is no JSON inside costs itself.
struct JSONMembers {
    private var cursor: JSONCursor

    /// Starts at the opening brace of an object.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        cursor = JSONCursor(feed: bytes, maxDepth: 1)
        try cursor.openObject()
    }

    /// The next member, or `nil` after the last; throws where the object's own frame is broken.
    mutating func next() throws(JSONError) -> (name: String, value: UnsafeRawBufferPointer)? {
        guard let name = try cursor.nextMember() else {
            try cursor.end()
            return nil
        }
        return (name, try cursor.passAnything())
    }
}
