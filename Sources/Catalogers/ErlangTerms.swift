/// A term of Erlang's external text form, as `file:consult/1` reads it (Erlang Reference Manual, "Data Types").
enum ErlangTerm: Equatable {
    /// An atom, a number, a string or a binary, as its text.
    case text(String)
    /// A tuple, a list or a map.
    case list([ErlangTerm])

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var elements: [ErlangTerm] { if case .list(let elements) = self { elements } else { [] } }

    /// The element at a place, or `nil` outside of the term.
    subscript(index: Int) -> ErlangTerm? { elements.indices.contains(index) ? elements[index] : nil }
}

/// Reads the terms of a file, each of which ends in a full stop.
struct ErlangTerms {
    /// Why reading ended before the end of the file.
    struct Damage: Error {}

    private static let maxDepth = 32
    private static let maxTerms = 500_000

    private let bytes: [UInt8]
    private var position = 0
    private var terms = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Every whole term; throws where the file has something else.
    static func read(_ bytes: [UInt8]) throws(Damage) -> [ErlangTerm] {
        var reader = ErlangTerms(bytes)
        var found: [ErlangTerm] = []
        while reader.peek() != nil {
            found.append(try reader.term(depth: 0))
            guard reader.take(UInt8(ascii: ".")) else { throw Damage() }
        }
        return found
    }

    private mutating func term(depth: Int) throws(Damage) -> ErlangTerm {
        terms += 1
        guard depth < Self.maxDepth, terms <= Self.maxTerms, let byte = peek() else { throw Damage() }
        switch byte {
        case UInt8(ascii: "{"): return try list(until: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): return try list(until: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "#"):
            position += 1
            guard peek() == UInt8(ascii: "{") else { throw Damage() }
            return try list(until: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "\""): return .text(try strings())
        case UInt8(ascii: "'"): return .text(try quoted(byte))
        case UInt8(ascii: "<"): return .text(try binary())
        default: return .text(try word())
        }
    }

    /// Elements between commas; a map's arrow and a list's bar count as one too.
    private mutating func list(until close: UInt8, depth: Int) throws(Damage) -> ErlangTerm {
        position += 1
        var elements: [ErlangTerm] = []
        guard !take(close) else { return .list([]) }
        while true {
            elements.append(try term(depth: depth + 1))
            if take(close) { return .list(elements) }
            if take(UInt8(ascii: ",")) || take(UInt8(ascii: "|")) { continue }
            guard take(UInt8(ascii: "=")), take(UInt8(ascii: ">")) else { throw Damage() }
        }
    }

    /// Strings that follow each other are one string.
    private mutating func strings() throws(Damage) -> String {
        var text = ""
        while peek() == UInt8(ascii: "\"") { text += try quoted(UInt8(ascii: "\"")) }
        return text
    }

    private mutating func quoted(_ quote: UInt8) throws(Damage) -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), position < bytes.count {
                text.append(bytes[position])
                position += 1
            } else {
                text.append(byte)
            }
        }
        throw Damage()
    }

    /// `<<"text">>`, with or without `/utf8`; of other binaries only the extent is read.
    private mutating func binary() throws(Damage) -> String {
        guard bytes[position...].starts(with: "<<".utf8) else { throw Damage() }
        position += 2
        let text = peek() == UInt8(ascii: "\"") ? try strings() : ""
        while position < bytes.count {
            if bytes[position...].starts(with: ">>".utf8) {
                position += 2
                return text
            }
            position += 1
        }
        throw Damage()
    }

    private mutating func word() throws(Damage) -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isLetter = (byte | 0x20 >= 97 && byte | 0x20 <= 122) || byte >= 0x80
            let isDigit = byte >= 48 && byte <= 57
            // A full stop belongs to a number where a digit follows it.
            let isPoint =
                byte == UInt8(ascii: ".") && position > start && position + 1 < bytes.count
                && bytes[position + 1] >= 48 && bytes[position + 1] <= 57
            guard isLetter || isDigit || isPoint || "_@-+#$".utf8.contains(byte) else { break }
            position += 1
        }
        guard position > start else { throw Damage() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// The next byte that is neither white space nor part of a comment.
    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            if bytes[position] <= 32 {
                position += 1
            } else if bytes[position] == UInt8(ascii: "%") {
                position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            } else {
                return bytes[position]
            }
        }
        return nil
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard peek() == wanted else { return false }
        position += 1
        return true
    }
}
