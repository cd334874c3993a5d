import Bytes

/// The keys and plain values of a YAML file as package managers write them, line by line.
///
/// Lock files are block mappings out of one serialiser, so no composer is needed: this reader keeps no tree, follows no
/// alias, and takes any depth in linear time. What is not a key in block style (sequences, flow collections, text on
/// several lines) gives no entry of its own.
struct YAMLOutline: Sequence, IteratorProtocol {
    /// One `key: value` line.
    struct Entry {
        /// Levels above the key: 0 for the keys of a document's root.
        var depth: Int
        var key: String
        /// The scalar after the colon without quotes; empty where the value is on the lines below.
        var value: String
        /// From 0; raised by every `---`.
        var document: Int
    }

    /// Longer lines are passed over.
    private static let maxLineBytes = 64 * 1024
    /// Levels that are told apart; what is deeper counts as one level more.
    private static let maxDepth = 16

    /// Lines in the first column that are nothing a mapping may hold.
    private(set) var strayLines = 0

    private var lines: TextLines
    private var document = 0
    private var sawEntry = false
    /// Columns of the keys that the current line is below.
    private var columns: [Int] = []
    /// Lines further in than this column belong to a text on several lines.
    private var textColumn: Int?
    /// A key after `?`, whose value comes after a colon on a line of its own.
    private var explicitKey: (column: Int, text: Substring)?

    init(_ bytes: [UInt8]) { lines = TextLines(bytes) }

    mutating func next() -> Entry? {
        while let line = lines.next() {
            guard line.count <= Self.maxLineBytes else { continue }
            let column = line.prefix { $0 == 0x20 }.count
            let content = line.dropFirst(column)
            guard let first = content.first else { continue }
            if let textColumn {
                if column > textColumn { continue }
                self.textColumn = nil
            }
            if first == UInt8(ascii: "#") { continue }
            if column == 0, line.starts(with: Array("---".utf8)) {
                if sawEntry { document += 1 }
                sawEntry = false
                columns = []
                continue
            }
            if let entry = entry(Substring(String(decoding: content, as: UTF8.self)), at: column) { return entry }
            if column == 0, explicitKey == nil { strayLines += 1 }
        }
        return nil
    }

    private mutating func entry(_ content: Substring, at column: Int) -> Entry? {
        if content.hasPrefix("? ") {
            explicitKey = (column, content.dropFirst(2))
            return nil
        }
        let key: Substring
        let rest: Substring
        if let open = explicitKey, open.column == column, content == ":" || content.hasPrefix(": ") {
            key = open.text
            rest = content.dropFirst()
        } else {
            guard let split = Self.split(content) else { return nil }
            (key, rest) = split
        }
        explicitKey = nil
        while let last = columns.last, last >= column { columns.removeLast() }
        let depth = columns.count
        if columns.count <= Self.maxDepth { columns.append(column) }
        sawEntry = true
        let value = rest.drop { $0 == " " }
        if value.hasPrefix("|") || value.hasPrefix(">") { textColumn = column }
        return Entry(depth: depth, key: Self.scalar(key), value: Self.scalar(value), document: document)
    }

    /// Splits at the colon that ends the key: the first outside quotes that a blank or the line's end follows.
    private static func split(_ content: Substring) -> (key: Substring, rest: Substring)? {
        let bytes = content.utf8
        var index = bytes.startIndex
        if let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            guard let end = endOfQuoted(content) else { return nil }
            index = end
            guard index < bytes.endIndex, bytes[index] == UInt8(ascii: ":") else { return nil }
        }
        while let colon = bytes[index...].firstIndex(of: UInt8(ascii: ":")) {
            let after = bytes.index(after: colon)
            if after == bytes.endIndex || bytes[after] == 0x20 { return (content[..<colon], content[after...]) }
            index = after
        }
        return nil
    }

    /// The index after the closing quote of a text that begins with a quote.
    private static func endOfQuoted(_ text: Substring) -> Substring.Index? {
        let bytes = text.utf8
        guard let quote = bytes.first else { return nil }
        var index = bytes.index(after: bytes.startIndex)
        while index < bytes.endIndex {
            let byte = bytes[index]
            index = bytes.index(after: index)
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard index < bytes.endIndex else { return nil }
                index = bytes.index(after: index)
            } else if byte == quote {
                // Two single quotes stand for one.
                guard quote == UInt8(ascii: "'"), index < bytes.endIndex, bytes[index] == quote else { return index }
                index = bytes.index(after: index)
            }
        }
        return nil
    }

    /// A scalar without its quotes or, where it has none, without a comment after it.
    private static func scalar(_ text: Substring) -> String {
        let text = text.prefix { $0 != "\r" }
        guard text.first == "\"" || text.first == "'" else {
            let end = text.firstRange(of: " #")?.lowerBound ?? text.endIndex
            return trimmed(text[..<end])
        }
        guard let end = endOfQuoted(text) else { return trimmed(text) }
        // By bytes: the closing quote may be one character with what follows it.
        let bytes = text.utf8
        let inner = Substring(bytes[bytes.index(after: bytes.startIndex)..<bytes.index(before: end)])
        if text.first == "'" { return String(inner.replacing("''", with: "'")) }
        return String(inner.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\"))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
