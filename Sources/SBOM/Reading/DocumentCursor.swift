import OnePassJSON

/// Reads a JSON document value by value and passes over what is of another kind than was asked for.
///
/// Documents come from many programs, and none is refused for a member that says nothing to us.
struct DocumentCursor {
    private var json: JSONCursor

    /// What `body` makes of a cursor in front of `bytes`, which need not take all of them; throws ``SBOMError``.
    static func read<Value>(_ bytes: [UInt8], _ body: (inout DocumentCursor) throws -> Value) throws -> Value {
        try bytes.withUnsafeBytes { bytes in
            var cursor = DocumentCursor(bytes)
            do {
                return try body(&cursor)
            } catch let error as JSONError {
                throw SBOMError(error.isTooDeep ? .tooLarge : .malformed, "not JSON: \(error)")
            }
        }
    }

    private init(_ bytes: UnsafeRawBufferPointer) {
        json = JSONCursor(bytes, strings: .lenient, maxDepth: SBOMLimits.maxDepth)
        json.passMark()
    }

    /// Calls `body` for each member with its name; `body` must take the value.
    ///
    /// Anything but an object is skipped.
    mutating func members(_ body: (inout DocumentCursor, String) throws -> Void) throws {
        guard json.peek() == UInt8(ascii: "{") else { return try skip() }
        try json.openObject()
        while let name = try json.nextMember() { try body(&self, name) }
    }

    /// Calls `body` for each element, which it must take.
    ///
    /// Anything but an array is skipped.
    mutating func elements(_ body: (inout DocumentCursor) throws -> Void) throws {
        guard isArray else { return try skip() }
        try json.openArray()
        while try json.nextElement() { try body(&self) }
    }

    /// Takes a string, or a number as its text; anything else is skipped and empty.
    mutating func string() throws -> String {
        switch json.peek() {
        case UInt8(ascii: "\""): return try json.string()
        case let first? where first == UInt8(ascii: "-") || (0x30...0x39).contains(first):
            return String(decoding: try json.pass(), as: UTF8.self)
        default:
            try skip()
            return ""
        }
    }

    /// The strings of an array; a string alone counts as one.
    mutating func strings() throws -> [String] {
        guard isArray else {
            let text = try string()
            return text.isEmpty ? [] : [text]
        }
        var found: [String] = []
        try elements { cursor in
            let text = try cursor.string()
            if found.count < SBOMLimits.maxValues { found.append(text) }
        }
        return found
    }

    /// Whether the value that comes next is an array.
    var isArray: Bool {
        mutating get { json.peek() == UInt8(ascii: "[") }
    }

    /// Takes the next value, whatever it is.
    mutating func skip() throws { try json.pass() }

    /// Makes sure that nothing but space follows.
    mutating func end() throws { try json.end() }
}
