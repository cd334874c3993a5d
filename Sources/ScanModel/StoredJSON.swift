#if canImport(Glibc)
    import Glibc
#endif

/// Reads JSON that this program has written and stored (RFC 8259), in one pass and without a tree in between.
///
/// It takes any JSON whose texts are UTF-8; what it is not looked for is passed over. Nesting is that of the types that are
/// read, and bounded where something is passed over.
struct StoredJSON {
    /// Where and why the bytes are not what was looked for.
    struct Damage: Error {
        let offset: Int
        let expected: String
    }

    private static let maxDepth = 64

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// `bytes` must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private func damage(_ expected: String) -> Damage { Damage(offset: position, expected: expected) }

    /// The next byte that is no space; `nil` at the end.
    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func require(_ byte: UInt8, _ expected: String) throws(Damage) {
        guard take(byte) else { throw damage(expected) }
    }

    /// Throws where something follows.
    mutating func end() throws(Damage) { guard peek() == nil else { throw damage("the end") } }

    /// Calls `member` with the name of each member; it reads the value, or ``skip()``s it.
    mutating func object(_ member: (inout StoredJSON, String) throws -> Void) throws {
        try require(UInt8(ascii: "{"), "an object")
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let name = try string()
            try require(UInt8(ascii: ":"), "a value")
            try member(&self, name)
        } while take(UInt8(ascii: ","))
        try require(UInt8(ascii: "}"), "the end of an object")
    }

    mutating func array<Element>(_ element: (inout StoredJSON) throws -> Element) throws -> [Element] {
        try require(UInt8(ascii: "["), "an array")
        var elements: [Element] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try element(&self)) } while take(UInt8(ascii: ","))
        try require(UInt8(ascii: "]"), "the end of an array")
        return elements
    }

    /// `nil` for `null`.
    mutating func optional<Value>(_ value: (inout StoredJSON) throws -> Value) throws -> Value? {
        guard peek() == UInt8(ascii: "n") else { return try value(&self) }
        try word("null")
        return nil
    }

    mutating func strings() throws -> [String] { try array { json throws in try json.string() } }

    mutating func string() throws(Damage) -> String {
        try require(UInt8(ascii: "\""), "a text")
        let start = position
        guard let base = bytes.baseAddress, let quote = memchr(base + start, 0x22, bytes.count - start) else {
            throw damage("the end of a text")
        }
        let length = UnsafeRawPointer(quote) - (base + start)
        if memchr(base + start, 0x5C, length) == nil {
            position = start + length + 1
            return try text(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
        }
        return try escapedString()
    }

    private func text(_ bytes: UnsafeRawBufferPointer) throws(Damage) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw damage("UTF-8") }
        return text
    }

    /// One with backslashes.
    private mutating func escapedString() throws(Damage) -> String {
        var decoded: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else { throw damage("UTF-8") }
                return text
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            default: decoded.append(byte)
            }
        }
        throw damage("the end of a text")
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(Damage) {
        guard position < bytes.count else { throw damage("an escape") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw damage("an escape")
        }
    }

    /// One or, above U+FFFF, two groups of four digits.
    private mutating func escapedScalar() throws(Damage) -> Character {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw damage("the second half of a pair") }
        position += 2
        let second = try fourDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw damage("the second half of a pair") }
        return Character(scalar)
    }

    private mutating func fourDigits() throws(Damage) -> UInt32 {
        guard bytes.count - position >= 4 else { throw damage("four hexadecimal digits") }
        var value: UInt32 = 0
        for byte in bytes[position..<(position + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw damage("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    /// A whole number.
    mutating func integer() throws(Damage) -> Int64 {
        _ = peek()
        let start = position
        while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
        let digits = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        guard let value = Int64(digits) else { throw damage("a whole number") }
        return value
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func word(_ word: String) throws(Damage) {
        for byte in word.utf8 {
            guard position < bytes.count, bytes[position] == byte else { throw damage(word) }
            position += 1
        }
    }

    /// Passes over a value.
    mutating func skip() throws { try skip(depth: 0) }

    private mutating func skip(depth: Int) throws {
        guard depth < Self.maxDepth else { throw damage("less nesting") }
        switch peek() {
        case UInt8(ascii: "{"): try object { json, _ in try json.skip(depth: depth + 1) }
        case UInt8(ascii: "["): _ = try array { json in try json.skip(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        default:
            let start = position
            while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
            guard position > start else { throw damage("a value") }
        }
    }
}
