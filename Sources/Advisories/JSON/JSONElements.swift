/// The elements of a JSON array one after the other, each found by its brackets alone and not parsed.
struct JSONElements {
    private var members: JSONMembers

    /// Starts at the opening bracket of an array.
    init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        members = try JSONMembers(array: bytes)
    }

    /// The next element, or `nil` after the last; throws where the array's own frame is broken.
    mutating func next() throws(JSONError) -> UnsafeRawBufferPointer? { try members.nextElement() }
}
