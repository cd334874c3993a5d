/// A place in JSON text (RFC 8259), moved on value by value as its caller asks, in one pass and without a tree in between.
///
/// The bytes need not be trusted. Objects and arrays are opened, and their members and elements asked for until there are
/// no more; every value that is announced has to be taken or passed over before the next. What a caller does not ask for
/// costs no memory, and nothing takes more of the stack than the levels that were allowed.
///
/// The bytes must outlive the cursor.
package struct JSONCursor {
    /// What a value is, as far as its first byte tells.
    package enum Kind: Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    let bytes: UnsafeRawBufferPointer
    let strings: StringRule
    let maxDepth: Int
    var position = 0
    private var depth = 0
    /// Whether an object or array was just opened: the only place where none of its values may be there.
    private var isOpened = false

    /// Starts at the first byte; `maxDepth` bounds the objects and arrays that are opened within each other.
    package init(_ bytes: UnsafeRawBufferPointer, strings: StringRule, maxDepth: Int) {
        self.bytes = bytes
        self.strings = strings
        self.maxDepth = maxDepth
    }

    /// What is wrong at this place.
    package func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }

    /// Passes over a byte order mark, which JSON need not have and many files do.
    package mutating func passMark() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next byte that is no space; `nil` at the end.
    package mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0D: position += 1
            case 0x0A: passLineEnd()
            case let byte: return byte
            }
        }
        return nil
    }

    /// Passes over a line feed and most of the spaces behind it, of which indented documents are full.
    mutating func passLineEnd() {
        position += 1
        while bytes.count - position >= 8,
            bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0x2020_2020_2020_2020
        {
            position += 8
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// What comes next; throws where no value begins.
    package mutating func kind() throws(JSONError) -> Kind {
        guard let first = peek() else { throw error("the document ends early") }
        switch first {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"): return .true
        case UInt8(ascii: "f"): return .false
        case UInt8(ascii: "n"): return .null
        default: throw error("expected a value")
        }
    }

    /// Enters an object, whose members ``nextMember()`` gives.
    package mutating func openObject() throws(JSONError) {
        try open(UInt8(ascii: "{"), "expected an object")
    }

    /// The name of the next member, whose value has to be taken then; `nil` behind the last.
    package mutating func nextMember() throws(JSONError) -> String? {
        guard try isFollowed(orClosedBy: UInt8(ascii: "}")) else { return nil }
        guard peek() == UInt8(ascii: "\"") else { throw error("expected a member's name") }
        let name = try string()
        guard take(UInt8(ascii: ":")) else { throw error("expected a colon") }
        return name
    }

    /// Enters an array, whose elements ``nextElement()`` announces.
    package mutating func openArray() throws(JSONError) {
        try open(UInt8(ascii: "["), "expected an array")
    }

    /// Whether an element comes next, which has to be taken then; `false` behind the last.
    package mutating func nextElement() throws(JSONError) -> Bool { try isFollowed(orClosedBy: UInt8(ascii: "]")) }

    private mutating func open(_ bracket: UInt8, _ reason: String) throws(JSONError) {
        guard take(bracket) else { throw error(reason) }
        depth += 1
        guard depth <= maxDepth else {
            throw JSONError(offset: position - 1, reason: "more than \(maxDepth) levels", isTooDeep: true)
        }
        isOpened = true
    }

    private mutating func isFollowed(orClosedBy close: UInt8) throws(JSONError) -> Bool {
        let isFirst = isOpened
        isOpened = false
        switch peek() {
        case close:
            position += 1
            depth -= 1
            return false
        case UInt8(ascii: ",") where !isFirst:
            position += 1
            return true
        case nil: throw error("the document ends early")
        default:
            guard isFirst else { throw error("expected a comma") }
            return true
        }
    }

    /// Takes `true`, `false` or `null`, whichever ``kind()`` said.
    package mutating func word() throws(JSONError) {
        switch peek() {
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        default: try word("null")
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: end - position))
        else { throw error("expected a value") }
        position = end
    }

    /// Throws where anything but space follows.
    package mutating func end() throws(JSONError) {
        guard peek() == nil else { throw error("something after the document") }
    }
}
