extension YAMLReader {
    /// The scalar or flow collection at `start` of `line`, whose further lines are indented more than `parentIndent`.
    mutating func value(from start: Int, in line: Line, parentIndent: Int) throws(YAMLError) -> YAMLNode {
        switch bytes[start] {
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            try count()
            return .scalar(try blockScalar(from: start, in: line, parentIndent: parentIndent), isPlain: false)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            try count()
            guard let (text, end) = try quoted(from: start, limit: bytes.count) else {
                throw error("a string without an end")
            }
            try finish(at: end, startedIn: line)
            return .scalar(text, isPlain: false)
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            var end = start
            let node = try flow(&end)
            try finish(at: end, startedIn: line)
            return node
        default:
            try count()
            return .scalar(try plain(from: start, in: line, parentIndent: parentIndent), isPlain: true)
        }
    }

    /// Goes on behind a value that ended at `offset`, where only a comment may follow on its line.
    private mutating func finish(at offset: Int, startedIn line: Line) throws(YAMLError) {
        var end = offset
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        var number = line.number
        for byte in bytes[line.start..<offset] where byte == UInt8(ascii: "\n") { number += 1 }
        if end > offset, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let last = Line(indent: 0, start: offset, end: end, number: number)
        let rest = skipSpace(from: offset, to: end)
        guard rest >= end || bytes[rest] == UInt8(ascii: "#") else { throw error("something behind a value", at: last) }
        moveToContent(after: last)
    }

    /// A plain scalar, lines joined by spaces (section 7.3.3 and 6.5).
    private mutating func plain(from start: Int, in line: Line, parentIndent: Int) throws(YAMLError) -> String {
        try refuseIndicators(bytes[start], next: start + 1 < line.end ? bytes[start + 1] : nil)
        var folded = FoldedLines()
        let end = contentEnd(from: start, in: line)
        folded.append(bytes[start..<end])
        guard end == line.end || contentEndsWithSpace(end, line) else {
            moveToContent(after: line)
            return folded.text
        }
        var last = line
        var offset = nextLineStart(after: line.end)
        while let next = rawLine(from: offset, number: last.number + 1) {
            let isBlank = skipSpace(from: next.start, to: next.end) >= next.end
            if !isBlank {
                guard next.indent > parentIndent, bytes[next.start] != UInt8(ascii: "#") else { break }
                let nextEnd = contentEnd(from: next.start, in: next)
                if isKeyLike(next.start, nextEnd, next) { throw error("a key inside a plain value", at: next) }
                folded.append(bytes[next.start..<nextEnd])
                last = next
                offset = nextLineStart(after: next.end)
                if nextEnd < next.end, bytes[skipSpace(from: nextEnd, to: next.end)...].first == UInt8(ascii: "#") {
                    break
                }
            } else {
                folded.append([])
                last = next
                offset = nextLineStart(after: next.end)
            }
        }
        moveToContent(after: last)
        return folded.text
    }

    /// Whether nothing but space follows the content, so that the scalar may go on in the next line.
    private func contentEndsWithSpace(_ end: Int, _ line: Line) -> Bool {
        skipSpace(from: end, to: line.end) >= line.end
    }

    private func isKeyLike(_ start: Int, _ end: Int, _ line: Line) -> Bool {
        for index in start..<end where bytes[index] == UInt8(ascii: ":") {
            if index + 1 >= line.end || isSpace(bytes[index + 1]) { return true }
        }
        return false
    }

    /// A literal or folded scalar (sections 8.1.1 to 8.1.3).
    private mutating func blockScalar(from start: Int, in line: Line, parentIndent: Int) throws(YAMLError) -> String {
        let isFolded = bytes[start] == UInt8(ascii: ">")
        var chomping: UInt8?
        var stated: Int?
        for byte in bytes[start + 1..<contentEnd(from: start + 1, in: line)] {
            switch byte {
            case UInt8(ascii: "+"), UInt8(ascii: "-"): chomping = byte
            case UInt8(ascii: "1")...UInt8(ascii: "9"): stated = Int(byte - UInt8(ascii: "0"))
            default: throw error("an unknown mark of a block of text")
            }
        }
        var indent = stated.map { max(parentIndent, 0) + $0 }
        var lines: [ArraySlice<UInt8>] = []
        var last = line
        var offset = nextLineStart(after: line.end)
        while let next = rawLine(from: offset, number: last.number + 1) {
            let isBlank = next.start >= next.end
            if !isBlank {
                if indent == nil { indent = max(next.indent, parentIndent + 1) }
                guard next.indent >= indent ?? 0 else { break }
            }
            // Spaces beyond the indentation belong to the text, those of blank lines too.
            let textStart = min(offset + (indent ?? next.indent), next.end)
            lines.append(bytes[textStart..<max(textStart, next.end)])
            last = next
            offset = nextLineStart(after: next.end)
        }
        moveToContent(after: last)
        return Self.joined(lines, isFolded: isFolded, chomping: chomping)
    }

    private static func joined(_ lines: [ArraySlice<UInt8>], isFolded: Bool, chomping: UInt8?) -> String {
        var lines = lines
        var trailing = 0
        while let last = lines.last, last.isEmpty {
            lines.removeLast()
            trailing += 1
        }
        var text: [UInt8] = []
        if isFolded {
            var isFirst = true
            var breaks = 0
            var wasIndented = false
            for line in lines {
                guard let first = line.first else {
                    breaks += 1
                    continue
                }
                let isIndented = first == UInt8(ascii: " ") || first == UInt8(ascii: "\t")
                if isFirst {
                    text += repeatElement(UInt8(ascii: "\n"), count: breaks)
                } else if isIndented || wasIndented {
                    text += repeatElement(UInt8(ascii: "\n"), count: breaks + 1)
                } else {
                    text += breaks == 0 ? [UInt8(ascii: " ")] : Array(repeating: UInt8(ascii: "\n"), count: breaks)
                }
                text += line
                breaks = 0
                isFirst = false
                wasIndented = isIndented
            }
        } else {
            text = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
        }
        switch chomping {
        case UInt8(ascii: "-"): break
        case UInt8(ascii: "+"): text += repeatElement(UInt8(ascii: "\n"), count: trailing + (lines.isEmpty ? 0 : 1))
        default: if !lines.isEmpty { text.append(UInt8(ascii: "\n")) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Lines folded into one text: a single line end becomes a space, further ones stay (section 6.5).
struct FoldedLines {
    private var bytes: [UInt8] = []
    private var breaks = 0
    private var isFirst = true

    mutating func append(_ line: ArraySlice<UInt8>) {
        if line.isEmpty, !isFirst {
            breaks += 1
            return
        }
        if !isFirst {
            bytes += breaks == 0 ? [UInt8(ascii: " ")] : Array(repeating: UInt8(ascii: "\n"), count: breaks)
        }
        bytes += line
        breaks = 0
        isFirst = false
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
