/// Reads a JSON document (RFC 8259) in one pass, value by value; what nobody asks for is skipped without being built.
///
/// Nothing here goes deeper than its caller asks: skipping takes no stack.
struct JSONCursor {
    private let bytes: [UInt8]
    private var position: Int
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Calls `body` for each member with its name; `body` must take the value.
    ///
    /// Anything but an object is skipped.
    mutating func members(_ body: (inout JSONCursor, String) throws -> Void) throws {
        guard peek() == UInt8(ascii: "{") else { return try skip() }
        try enter()
        if try ends(with: UInt8(ascii: "}"), isFirst: true) { return }
        repeat {
            guard peek() == UInt8(ascii: "\"") else { throw error("expected a member's name") }
            let name = try text()
            guard peek() == UInt8(ascii: ":") else { throw error("expected a colon") }
            position += 1
            try body(&self, name)
        } while try !ends(with: UInt8(ascii: "}"), isFirst: false)
    }

    /// Calls `body` for each element, which it must take.
    ///
    /// Anything but an array is skipped.
    mutating func elements(_ body: (inout JSONCursor) throws -> Void) throws {
        guard peek() == UInt8(ascii: "[") else { return try skip() }
        try enter()
        if try ends(with: UInt8(ascii: "]"), isFirst: true) { return }
        repeat { try body(&self) } while try !ends(with: UInt8(ascii: "]"), isFirst: false)
    }

    /// Takes a string, or a number as its text; anything else is skipped and empty.
    mutating func string() throws -> String {
        let first = peek()
        if first == UInt8(ascii: "\"") { return try text() }
        let start = position
        try skip()
        guard let first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return "" }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The strings of an array; a string alone counts as one.
    mutating func strings() throws -> [String] {
        guard peek() == UInt8(ascii: "[") else {
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
        mutating get { peek() == UInt8(ascii: "[") }
    }

    /// Takes the next value, whatever it is.
    mutating func skip() throws {
        var open = 0
        repeat {
            guard let byte = peek() else { throw error("the document ends early") }
            switch byte {
            case UInt8(ascii: "\""): try skipText()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open > 0 else { throw error("expected a value") }
                open -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard open > 0 else { throw error("expected a value") }
                position += 1
            default: try skipLiteral()
            }
        } while open > 0
    }

    /// Makes sure that nothing but space follows.
    mutating func end() throws {
        guard peek() == nil else { throw error("something after the document") }
    }

    private func error(_ reason: String) -> SBOMError {
        SBOMError(.malformed, "not JSON: \(reason) at byte \(position)")
    }

    /// The next byte that is no space.
    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func enter() throws {
        position += 1
        depth += 1
        guard depth <= SBOMLimits.maxDepth else {
            throw SBOMError(.tooLarge, "more than \(SBOMLimits.maxDepth) levels of JSON values")
        }
    }

    private mutating func ends(with close: UInt8, isFirst: Bool) throws -> Bool {
        switch peek() {
        case close:
            position += 1
            depth -= 1
            return true
        case UInt8(ascii: ",") where !isFirst:
            position += 1
            return false
        default:
            guard isFirst else { throw error("expected a comma") }
            return false
        }
    }

    /// Passes over `true`, `false`, `null` or a number.
    private mutating func skipLiteral() throws {
        let start = position
        while position < bytes.count, isLiteral(bytes[position]) { position += 1 }
        guard position > start else { throw error("expected a value") }
    }

    private func isLiteral(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    private mutating func skipText() throws {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        position = bytes.count
        throw error("a string without an end")
    }

    private mutating func text() throws -> String {
        let start = position + 1
        try skipText()
        let inside = bytes[start..<position - 1]
        guard inside.contains(UInt8(ascii: "\\")) else { return String(decoding: inside, as: UTF8.self) }
        return JSONEscapes.undo(inside)
    }
}

/// The escapes within JSON strings (RFC 8259, section 7).
private enum JSONEscapes {
    /// Undoes them; a damaged one and a lone surrogate become U+FFFD.
    static func undo(_ bytes: ArraySlice<UInt8>) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                out.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "u"): out.append(contentsOf: String(scalar(&rest)).utf8)
            default: out.append(kind)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Character {
        guard let unit = unit(&rest) else { return "\u{FFFD}" }
        guard (0xD800...0xDBFF).contains(unit) else { return Character(Unicode.Scalar(unit) ?? "\u{FFFD}") }
        var ahead = rest
        guard ahead.popFirst() == UInt8(ascii: "\\"), ahead.popFirst() == UInt8(ascii: "u"),
            let low = self.unit(&ahead), (0xDC00...0xDFFF).contains(low)
        else { return "\u{FFFD}" }
        rest = ahead
        return Character(Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}")
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt32? {
        guard rest.count >= 4, let unit = UInt32(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) else {
            return nil
        }
        rest = rest.dropFirst(4)
        return unit
    }
}
