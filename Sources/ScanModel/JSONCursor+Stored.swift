import OnePassJSON

/// The shapes that values have in what this program has stored: each is of the kind that it was written as, or an error.
extension JSONCursor {
    /// Calls `member` with the name of each member; it takes the value, or ``skip()``s it.
    mutating func object(_ member: (inout JSONCursor, String) throws -> Void) throws {
        try openObject()
        while let name = try nextMember() { try member(&self, name) }
    }

    mutating func array<Element>(_ element: (inout JSONCursor) throws -> Element) throws -> [Element] {
        try openArray()
        var elements: [Element] = []
        while try nextElement() { elements.append(try element(&self)) }
        return elements
    }

    /// `nil` for `null`.
    mutating func optional<Value>(_ value: (inout JSONCursor) throws -> Value) throws -> Value? {
        guard try kind() == .null else { return try value(&self) }
        try word()
        return nil
    }

    mutating func strings() throws -> [String] { try array { json throws in try json.string() } }

    mutating func integer() throws(JSONError) -> Int64 {
        guard let value = try number().integer else { throw error("expected a whole number") }
        return Int64(value)
    }
}
