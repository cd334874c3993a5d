/// The words of a Lua file (Lua 5.4 Reference Manual, 3.1): enough to follow plain assignments.
struct LuaTokens: Sequence, IteratorProtocol {
    enum Token: Equatable {
        case name(String)
        case string(String)
        /// One byte of anything else, but `..` as one.
        case symbol(String)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Token? {
        skipBlanksAndComments()
        guard position < bytes.count else { return nil }
        let byte = bytes[position]
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return .string(quoted(byte)) }
        if let text = longBracket() { return .string(text) }
        if Self.isWord(byte) {
            let start = position
            while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
            return .name(String(decoding: bytes[start..<position], as: UTF8.self))
        }
        let isConcatenation = byte == UInt8(ascii: ".") && position + 1 < bytes.count && bytes[position + 1] == byte
        position += isConcatenation ? 2 : 1
        return .symbol(isConcatenation ? ".." : String(decoding: [byte], as: UTF8.self))
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte == 95
            || byte >= 0x80
    }

    private mutating func skipBlanksAndComments() {
        while position < bytes.count {
            if bytes[position] <= 32 {
                position += 1
            } else if bytes[position...].starts(with: "--".utf8) {
                position += 2
                if longBracket() == nil {
                    position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
                }
            } else {
                return
            }
        }
    }

    private mutating func quoted(_ quote: UInt8) -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            text.append(bytes[position])
            position += 1
        }
        position = Swift.min(position + 1, bytes.count)
        return String(decoding: text, as: UTF8.self)
    }

    /// `[[ … ]]` or `[==[ … ]==]`; an open end takes the rest of the file.
    private mutating func longBracket() -> String? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "[") else { return nil }
        let level = bytes[(position + 1)...].prefix { $0 == UInt8(ascii: "=") }.count
        let open = position + 1 + level
        guard open < bytes.count, bytes[open] == UInt8(ascii: "[") else { return nil }
        let close = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        var end = open + 1
        while end < bytes.count {
            // Only at a bracket is there anything to compare, and each comparison ends at the next one.
            guard let bracket = bytes[end...].firstIndex(of: UInt8(ascii: "]")) else { break }
            if bytes[bracket...].starts(with: close) {
                position = bracket + close.count
                return String(decoding: bytes[(open + 1)..<bracket], as: UTF8.self)
            }
            end = bracket + 1
        }
        position = bytes.count
        return String(decoding: bytes[(open + 1)...], as: UTF8.self)
    }
}
