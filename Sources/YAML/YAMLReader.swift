/// Reads the YAML that people write by hand: block and flow collections, all five styles of scalars, comments.
///
/// Anchors, aliases, tags, explicit keys (`? `) and more than one document are refused: none of our formats needs them,
/// and without aliases a document cannot stand for more than its own size.
package struct YAMLReader {
    /// A line that holds more than a comment; offsets are into the document.
    struct Line {
        /// Columns before the content.
        var indent: Int
        var start: Int
        /// Before the line feed.
        var end: Int
        /// Counted from 0.
        var number: Int
    }

    let bytes: [UInt8]
    let limits: YAMLLimits
    /// The line at hand; `nil` at the end of the document.
    var line: Line?
    private var depth = 0
    private var nodes = 0

    /// Reads the first document of `bytes`; one without content is a plain empty scalar.
    package static func parse(
        _ bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> YAMLNode {
        guard bytes.count <= limits.maxBytes else {
            throw YAMLError(line: 1, reason: "more than \(limits.maxBytes) bytes")
        }
        var reader = YAMLReader(bytes, limits: limits)
        try reader.skipHead()
        guard let first = reader.line else { return .scalar("", isPlain: true) }
        let node = try reader.block(atLeast: first.indent)
        if let rest = reader.line { throw reader.error("something after the document", at: rest) }
        return node
    }

    private init(_ bytes: [UInt8], limits: YAMLLimits) {
        self.bytes = bytes
        self.limits = limits
        moveToContent(from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0, number: 0)
    }

    func error(_ reason: String, at line: Line? = nil) -> YAMLError {
        YAMLError(line: ((line ?? self.line)?.number ?? 0) + 1, reason: reason)
    }

    // MARK: Lines

    /// Directives, and the mark `---` with nothing but a comment behind it.
    private mutating func skipHead() throws(YAMLError) {
        while let line, bytes[line.start] == UInt8(ascii: "%") { moveToContent(after: line) }
        guard let line, isMark(line, UInt8(ascii: "-")) else { return }
        guard contentEnd(from: line.start + 3, in: line) == line.start + 3 else {
            throw error("content behind the start of the document")
        }
        moveToContent(after: line)
    }

    /// Whether `line` is a mark of documents: three `byte`s at its start.
    private func isMark(_ line: Line, _ byte: UInt8) -> Bool {
        guard line.indent == 0, line.end - line.start >= 3 else { return false }
        return bytes[line.start..<line.start + 3].allSatisfy { $0 == byte }
            && (line.end - line.start == 3 || isSpace(bytes[line.start + 3]))
    }

    /// The line that begins at or after `offset`, its end being before the line feed.
    func rawLine(from offset: Int, number: Int) -> Line? {
        guard offset < bytes.count else { return nil }
        var start = offset
        while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return Line(indent: start - offset, start: start, end: end, number: number)
    }

    /// The offset behind the line feed that ends the line around `offset`.
    func nextLineStart(after offset: Int) -> Int {
        var offset = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        return min(offset + 1, bytes.count)
    }

    /// Makes the next line with content behind `line` the one at hand.
    mutating func moveToContent(after line: Line) {
        moveToContent(from: nextLineStart(after: line.end), number: line.number + 1)
    }

    private mutating func moveToContent(from offset: Int, number: Int) {
        var offset = offset
        var number = number
        while let found = rawLine(from: offset, number: number) {
            let isBlank = found.start >= found.end || bytes[found.start] == UInt8(ascii: "#")
            if !isBlank, !onlyTabs(found) {
                line = isMark(found, UInt8(ascii: ".")) || isSecondMark(found) ? nil : found
                return
            }
            offset = nextLineStart(after: found.end)
            number += 1
        }
        line = nil
    }

    private func onlyTabs(_ line: Line) -> Bool { bytes[line.start..<line.end].allSatisfy(isSpace) }

    /// Whether a line is a `---` after content, which ends the first document.
    private func isSecondMark(_ line: Line) -> Bool { hasContent && isMark(line, UInt8(ascii: "-")) }

    private var hasContent: Bool { nodes > 0 }

    /// The end of the content from `offset`: before a comment and the space in front of it.
    func contentEnd(from offset: Int, in line: Line) -> Int {
        var end = line.end
        var index = offset
        while index < line.end {
            if bytes[index] == UInt8(ascii: "#"), index == offset || isSpace(bytes[index - 1]) {
                end = index
                break
            }
            index += 1
        }
        while end > offset, isSpace(bytes[end - 1]) { end -= 1 }
        return end
    }

    func skipSpace(from offset: Int, to end: Int) -> Int {
        var offset = offset
        while offset < end, isSpace(bytes[offset]) { offset += 1 }
        return offset
    }

    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    // MARK: Blocks

    mutating func count() throws(YAMLError) {
        nodes += 1
        guard nodes <= limits.maxNodes else { throw error("more than \(limits.maxNodes) values") }
    }

    mutating func enter() throws(YAMLError) {
        depth += 1
        guard depth <= limits.maxDepth else { throw error("more than \(limits.maxDepth) levels") }
    }

    mutating func leave() { depth -= 1 }

    /// The node that begins at the line at hand, all of whose lines are indented by `indent` at least.
    private mutating func block(atLeast indent: Int) throws(YAMLError) -> YAMLNode {
        guard let line else { return .scalar("", isPlain: true) }
        try enter()
        defer { leave() }
        if isDash(at: line.start, in: line) { return try sequence(indent: line.indent) }
        if try key(in: line) != nil { return try mapping(indent: line.indent) }
        return try value(from: line.start, in: line, parentIndent: indent - 1)
    }

    func isDash(at offset: Int, in line: Line) -> Bool {
        bytes[offset] == UInt8(ascii: "-") && (offset + 1 >= line.end || isSpace(bytes[offset + 1]))
    }

    private mutating func sequence(indent: Int) throws(YAMLError) -> YAMLNode {
        try count()
        var elements: [YAMLNode] = []
        while let item = line, item.indent == indent, isDash(at: item.start, in: item) {
            let start = skipSpace(from: item.start + 1, to: item.end)
            if contentEnd(from: start, in: item) == start {
                moveToContent(after: item)
                elements.append(try nested(under: indent))
            } else {
                // What follows the dash is a line of its own, indented as far as it stands.
                line = Line(
                    indent: item.indent + start - item.start,
                    start: start,
                    end: item.end,
                    number: item.number
                )
                elements.append(try block(atLeast: indent + 1))
            }
        }
        if let rest = line, rest.indent > indent { throw error("an indentation that fits nothing") }
        return .sequence(elements)
    }

    private mutating func mapping(indent: Int) throws(YAMLError) -> YAMLNode {
        try count()
        var entries: [YAMLEntry] = []
        var seen: Set<String> = []
        while let item = line, item.indent == indent, !isDash(at: item.start, in: item) {
            guard let (name, end) = try key(in: item) else { throw error("expected a key") }
            guard seen.insert(name).inserted else { throw error("the key \(name.prefix(40)) comes twice") }
            let start = skipSpace(from: end, to: item.end)
            if contentEnd(from: start, in: item) == start {
                moveToContent(after: item)
                entries.append(YAMLEntry(key: name, value: try nested(under: indent, allowsSequence: true)))
            } else {
                entries.append(YAMLEntry(key: name, value: try value(from: start, in: item, parentIndent: indent)))
            }
        }
        if let rest = line, rest.indent > indent { throw error("an indentation that fits nothing") }
        return .mapping(entries)
    }

    /// The value on the lines below a key or a dash; plain and empty where they are not indented further.
    private mutating func nested(under indent: Int, allowsSequence: Bool = false) throws(YAMLError) -> YAMLNode {
        guard let line,
            line.indent > indent || (allowsSequence && line.indent == indent && isDash(at: line.start, in: line))
        else {
            try count()
            return .scalar("", isPlain: true)
        }
        return try block(atLeast: indent + 1)
    }

    /// The key that `line` begins with and the offset behind its colon; `nil` where it begins with none.
    private mutating func key(in line: Line) throws(YAMLError) -> (name: String, end: Int)? {
        let first = bytes[line.start]
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard let (text, end) = try quoted(from: line.start, limit: line.end) else { return nil }
            let colon = skipSpace(from: end, to: line.end)
            guard colon < line.end, isColon(at: colon, end: line.end) else { return nil }
            return (text, colon + 1)
        }
        guard first != UInt8(ascii: "["), first != UInt8(ascii: "{") else { return nil }
        let end = contentEnd(from: line.start, in: line)
        var index = line.start
        while index < end, !isColon(at: index, end: line.end) { index += 1 }
        guard index < end, index > line.start || first != UInt8(ascii: ":") else { return nil }
        try refuseIndicators(first, next: line.start + 1 < line.end ? bytes[line.start + 1] : nil)
        var nameEnd = index
        while nameEnd > line.start, isSpace(bytes[nameEnd - 1]) { nameEnd -= 1 }
        return (text(line.start, nameEnd), index + 1)
    }

    private func isColon(at offset: Int, end: Int) -> Bool {
        bytes[offset] == UInt8(ascii: ":") && (offset + 1 >= end || isSpace(bytes[offset + 1]))
    }

    /// Anchors, aliases, tags, explicit keys and what YAML reserves cannot begin a plain scalar.
    func refuseIndicators(_ byte: UInt8, next: UInt8?) throws(YAMLError) {
        switch byte {
        case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"):
            throw error("anchors, aliases and tags are not read")
        case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"), UInt8(ascii: ","), UInt8(ascii: "]"),
            UInt8(ascii: "}"):
            throw error("a value cannot begin so")
        case UInt8(ascii: "?") where next.map(isSpace) ?? true: throw error("explicit keys are not read")
        default: return
        }
    }

    func text(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<max(start, end)], as: UTF8.self) }
}
