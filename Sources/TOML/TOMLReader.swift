/// Reads a document statement by statement (TOML 1.1, of which 1.0 is a part but for what 1.1 newly allows).
///
/// Nesting is bounded before it is entered, so that no input drives the recursion of values deep.
struct TOMLReader {
    let bytes: [UInt8]
    let limits: TOMLLimits
    var position = 0
    /// The offset up to which lines were counted, and the line that it is on.
    private var counted = (offset: 0, line: 1)
    private var tree: TOMLTree

    init(_ bytes: [UInt8], limits: TOMLLimits) {
        self.bytes = bytes
        self.limits = limits
        tree = TOMLTree(limits: limits)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The byte at the reading position; `nil` at the end.
    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    func byte(ahead distance: Int) -> UInt8? {
        distance < bytes.count - position ? bytes[position + distance] : nil
    }

    /// What was read so far.
    var root: TOMLTable { tree.table }

    mutating func error(_ reason: String) -> TOMLError {
        let end = min(position, bytes.count)
        if end < counted.offset { counted = (0, 1) }
        for offset in counted.offset..<end where bytes[offset] == UInt8(ascii: "\n") { counted.line += 1 }
        counted.offset = end
        return TOMLError(line: counted.line, reason: reason)
    }

    /// Reads a header, a pair or an empty line, with its end of line.
    mutating func readStatement() throws(TOMLError) {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "["): try readHeader()
        case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): break
        default:
            let key = try readKey()
            try expect(UInt8(ascii: "="), "expected an equals sign after a key")
            skipBlanks()
            let value = try readValue(depth: 1)
            if let reason = tree.insert(value, under: key) { throw error(reason) }
        }
        try readLineEnd()
    }

    private mutating func readHeader() throws(TOMLError) {
        position += 1
        let isElement = byte == UInt8(ascii: "[")
        if isElement { position += 1 }
        skipBlanks()
        let path = try readKey()
        try expect(UInt8(ascii: "]"), "expected the end of a table's header")
        if isElement {
            guard byte == UInt8(ascii: "]") else { throw error("expected the end of a table's header") }
            position += 1
        }
        if let reason = tree.open(path, asElement: isElement) { throw error(reason) }
    }

    /// Goes to the next line that begins with a bracket in its first column, or to the end.
    ///
    /// The pairs between belong to a table that is damaged: they are dropped with it.
    mutating func skipToHeader() {
        while let lineFeed = bytes[min(position, bytes.count)...].firstIndex(of: UInt8(ascii: "\n")) {
            position = lineFeed + 1
            if byte == UInt8(ascii: "[") { return }
        }
        position = bytes.count
    }

    mutating func count() throws(TOMLError) {
        guard tree.takeOne() else { throw error("more than \(limits.maxValues) values") }
    }
}

// MARK: White space and comments

extension TOMLReader {
    mutating func skipBlanks() {
        while let byte, byte == 0x20 || byte == 0x09 { position += 1 }
    }

    /// White space, line ends and comments, as they may stand inside arrays and inline tables.
    mutating func skipBlankLines() throws(TOMLError) {
        while let byte {
            switch byte {
            case 0x20, 0x09, 0x0A: position += 1
            case 0x0D where self.byte(ahead: 1) == 0x0A: position += 2
            case UInt8(ascii: "#"): try skipComment()
            default: return
            }
        }
    }

    /// Skips blanks and takes `wanted`.
    mutating func expect(_ wanted: UInt8, _ reason: String) throws(TOMLError) {
        skipBlanks()
        guard byte == wanted else { throw error(reason) }
        position += 1
    }

    private mutating func readLineEnd() throws(TOMLError) {
        skipBlanks()
        if byte == UInt8(ascii: "#") { try skipComment() }
        switch byte {
        case nil: return
        case 0x0A: position += 1
        case 0x0D where byte(ahead: 1) == 0x0A: position += 2
        default: throw error("expected the end of the line")
        }
    }

    private mutating func skipComment() throws(TOMLError) {
        let start = position
        while let byte, byte != 0x0A, !(byte == 0x0D && self.byte(ahead: 1) == 0x0A) {
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw error("a control character in a comment") }
            position += 1
        }
        guard String(validating: bytes[start..<position], as: UTF8.self) != nil else {
            throw error("a comment that is not UTF-8")
        }
    }
}
