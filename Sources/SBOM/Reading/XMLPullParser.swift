/// Reads XML 1.0 in UTF-8, event by event; document types and the entities that they define are refused.
///
/// Prefixes of names are dropped: a document of one vocabulary needs none to be told apart.
struct XMLPullParser {
    enum Event {
        case start(name: String, attributes: [String: String])
        case text(String)
        case end(name: String)
    }

    private let bytes: [UInt8]
    private var position: Int
    private var open: [String] = []
    /// The name of an element that was empty and has to end yet.
    private var pendingEnd: String?
    private var hasRoot = false

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next event; `nil` after the end of the root element.
    mutating func next() throws -> Event? {
        if let name = pendingEnd {
            pendingEnd = nil
            open.removeLast()
            return .end(name: name)
        }
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                let text = try text()
                if open.isEmpty {
                    guard text.allSatisfy(\.isWhitespace) else { throw error("text outside of the root element") }
                    continue
                }
                return .text(text)
            }
            if starts(with: "<!--") {
                try skip(past: "-->", from: position + 4)
            } else if starts(with: "<?") {
                try skip(past: "?>", from: position + 2)
            } else if starts(with: "<![CDATA[") {
                guard !open.isEmpty else { throw error("text outside of the root element") }
                let start = position + 9
                try skip(past: "]]>", from: start)
                return .text(String(decoding: bytes[start..<position - 3], as: UTF8.self))
            } else if starts(with: "<!") {
                throw SBOMError(.unsupported, "XML with a document type or declarations is not read")
            } else if starts(with: "</") {
                return try end()
            } else {
                return try start()
            }
        }
        guard open.isEmpty, hasRoot else { throw error("the document ends early") }
        return nil
    }

    /// Passes over the rest of the element that has just started.
    mutating func skipElement() throws {
        let depth = open.count
        while let event = try next() {
            if case .end = event, open.count < depth { return }
        }
    }

    private func error(_ reason: String) -> SBOMError {
        SBOMError(.malformed, "not XML: \(reason) at byte \(position)")
    }

    private func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard count <= bytes.count - position else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private mutating func skip(past text: StaticString, from start: Int) throws {
        position = min(start, bytes.count)
        while position < bytes.count {
            if bytes[position] == text.utf8Start[0], starts(with: text) {
                position += text.utf8CodeUnitCount
                return
            }
            position += 1
        }
        throw error("markup without an end")
    }

    private mutating func skipSpace() {
        while position < bytes.count, isSpace(bytes[position]) { position += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// A name without its prefix.
    private mutating func name() throws -> String {
        var start = position
        while position < bytes.count, isInName(bytes[position]) {
            if bytes[position] == UInt8(ascii: ":") { start = position + 1 }
            position += 1
        }
        guard position > start, position - start <= 256 else { throw error("expected a name") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func isInName(_ byte: UInt8) -> Bool {
        (0x30...0x3A).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private mutating func start() throws -> Event {
        position += 1
        let name = try name()
        guard !open.isEmpty || !hasRoot else { throw error("a second root element") }
        hasRoot = true
        open.append(name)
        guard open.count <= SBOMLimits.maxDepth else {
            throw SBOMError(.tooLarge, "more than \(SBOMLimits.maxDepth) levels of XML elements")
        }
        var attributes: [String: String] = [:]
        while true {
            let before = position
            skipSpace()
            guard position < bytes.count else { throw error("the document ends early") }
            if bytes[position] == UInt8(ascii: ">") {
                position += 1
                return .start(name: name, attributes: attributes)
            }
            if starts(with: "/>") {
                position += 2
                pendingEnd = name
                return .start(name: name, attributes: attributes)
            }
            guard position > before, attributes.count < SBOMLimits.maxAttributes else {
                throw error("an element that does not end")
            }
            let (key, value) = try attribute()
            attributes[key] = value
        }
    }

    private mutating func attribute() throws -> (String, String) {
        let key = try name()
        skipSpace()
        guard starts(with: "=") else { throw error("expected an equals sign") }
        position += 1
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
        else { throw error("expected a quoted value") }
        let quote = bytes[position]
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "<") { position += 1 }
        guard position < bytes.count, bytes[position] == quote else { throw error("a value without an end") }
        let value = try unescaped(bytes[start..<position])
        position += 1
        return (key, value)
    }

    private mutating func end() throws -> Event {
        position += 2
        let name = try name()
        skipSpace()
        guard starts(with: ">"), open.last == name else { throw error("an element that ends out of turn") }
        position += 1
        open.removeLast()
        return .end(name: name)
    }

    private mutating func text() throws -> String {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
        return try unescaped(bytes[start..<position])
    }

    /// Undoes references: the five names of the specification and numbers (XML 1.0, 4.1 and 4.6).
    private func unescaped(_ text: ArraySlice<UInt8>) throws -> String {
        guard text.contains(UInt8(ascii: "&")) || text.contains(0x0D) else {
            return String(decoding: text, as: UTF8.self)
        }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "&"):
                // No reference that we take is longer than `&#x10FFFF;`.
                guard let end = rest.prefix(16).firstIndex(of: UInt8(ascii: ";")) else {
                    throw error("a reference without an end")
                }
                guard let scalar = Self.scalar(String(decoding: rest[..<end], as: UTF8.self)) else {
                    throw SBOMError(.unsupported, "XML with entities of its own is not read")
                }
                out.append(contentsOf: String(scalar).utf8)
                rest = rest[(end + 1)...]
            case 0x0D:
                // Line ends become one line feed (XML 1.0, 2.11).
                if rest.first == 0x0A { rest = rest.dropFirst() }
                out.append(0x0A)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func scalar(_ reference: String) -> Character? {
        switch reference {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard reference.hasPrefix("#") else { return nil }
            let digits = reference.dropFirst()
            let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap { Unicode.Scalar($0) }.map { Character($0) }
        }
    }
}
