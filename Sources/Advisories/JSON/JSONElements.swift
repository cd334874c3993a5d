import OnePassJSON

/// The elements of a JSON array one after the other, each found by its brackets alone and not parsed.
struct JSONElements {
    private var cursor: JSONCursor

    /// Starts at the opening bracket of an array.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        cursor = JSONCursor(feed: bytes, maxDepth: 1)
        try cursor.openArray()
    }

    /// The next element, or `nil` after the last; throws where the array's own frame is broken.
    mutating func next() throws(JSONError) -> UnsafeRawBufferPointer? {
        guard try cursor.nextElement() else {
            try cursor.end()
            return nil
        }
        let element = try cursor.passAnything()
        guard !element.isEmpty else { throw cursor.error("expected a value") }
        return element
    }
}
