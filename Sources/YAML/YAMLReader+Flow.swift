extension YAMLReader {
    /// A quoted scalar at `start` and the offset behind it; `nil` where it has no end before `limit`.
    func quoted(from start: Int, limit: Int) throws(YAMLError) -> (text: String, end: Int)? {
        let isDouble = bytes[start] == UInt8(ascii: "\"")
        var out: [UInt8] = []
        var index = start + 1
        while index < limit {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "'") where !isDouble:
                guard index + 1 < limit, bytes[index + 1] == byte else {
                    return (String(decoding: out, as: UTF8.self), index + 1)
                }
                out.append(byte)
                index += 2
            case UInt8(ascii: "\"") where isDouble:
                return (String(decoding: out, as: UTF8.self), index + 1)
            case UInt8(ascii: "\\") where isDouble:
                index = try escape(at: index, limit: limit, into: &out)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                index = fold(at: index, limit: limit, into: &out)
            default:
                out.append(byte)
                index += 1
            }
        }
        return nil
    }

    /// Folds the line ends at `index` (section 7.3.1): spaces around them go, one becomes a space, more stay.
    private func fold(at index: Int, limit: Int, into out: inout [UInt8]) -> Int {
        while let last = out.last, isSpace(last) { out.removeLast() }
        var breaks = 0
        var index = index
        while index < limit {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") { breaks += 1 } else if byte != UInt8(ascii: "\r"), !isSpace(byte) { break }
            index += 1
        }
        out += breaks <= 1 ? [UInt8(ascii: " ")] : Array(repeating: UInt8(ascii: "\n"), count: breaks - 1)
        return index
    }

    private static let escapes: [UInt8: String] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
        UInt8(ascii: "\t"): "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{b}", UInt8(ascii: "f"): "\u{c}",
        UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1b}", UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"",
        UInt8(ascii: "/"): "/", UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{a0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]

    /// Reads an escape sequence (section 5.7); returns the offset behind it.
    private func escape(at index: Int, limit: Int, into out: inout [UInt8]) throws(YAMLError) -> Int {
        guard index + 1 < limit else { throw error("a string without an end") }
        let byte = bytes[index + 1]
        if let text = Self.escapes[byte] {
            out += text.utf8
            return index + 2
        }
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            // An escaped line end joins the lines without a space.
            var next = index + 1
            while next < limit,
                isSpace(bytes[next]) || bytes[next] == UInt8(ascii: "\n") || bytes[next] == UInt8(ascii: "\r")
            {
                next += 1
            }
            return next
        }
        let widths: [UInt8: Int] = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
        guard let width = widths[byte], index + 2 + width <= limit,
            let value = UInt32(text(index + 2, index + 2 + width), radix: 16)
        else { throw error("an unknown escape") }
        out += String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8
        return index + 2 + width
    }

    /// A flow node at `index`, which is moved behind it (section 7.4).
    mutating func flow(_ index: inout Int) throws(YAMLError) -> YAMLNode {
        try count()
        skipFlowSpace(&index)
        guard index < bytes.count else { throw error("a collection without an end") }
        switch bytes[index] {
        case UInt8(ascii: "["): return .sequence(try flowSequence(&index))
        case UInt8(ascii: "{"): return .mapping(try flowMapping(&index))
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            guard let (text, end) = try quoted(from: index, limit: bytes.count) else {
                throw error("a string without an end")
            }
            index = end
            return .scalar(text, isPlain: false)
        default: return .scalar(try flowPlain(&index), isPlain: true)
        }
    }

    private mutating func flowSequence(_ index: inout Int) throws(YAMLError) -> [YAMLNode] {
        try enter()
        defer { leave() }
        var elements: [YAMLNode] = []
        index += 1
        while try !takes(UInt8(ascii: "]"), &index) {
            elements.append(try flow(&index))
            skipFlowSpace(&index)
            guard try !takesComma(or: UInt8(ascii: "]"), &index) else { break }
        }
        return elements
    }

    private mutating func flowMapping(_ index: inout Int) throws(YAMLError) -> [YAMLEntry] {
        try enter()
        defer { leave() }
        var entries: [YAMLEntry] = []
        var seen: Set<String> = []
        index += 1
        while try !takes(UInt8(ascii: "}"), &index) {
            guard case .scalar(let key, _) = try flow(&index) else { throw error("a key that is no text") }
            guard seen.insert(key).inserted else { throw error("the key \(key.prefix(40)) comes twice") }
            skipFlowSpace(&index)
            var value = YAMLNode.scalar("", isPlain: true)
            if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
                index += 1
                skipFlowSpace(&index)
                let isEmpty =
                    index < bytes.count && (bytes[index] == UInt8(ascii: ",") || bytes[index] == UInt8(ascii: "}"))
                if !isEmpty { value = try flow(&index) }
            }
            entries.append(YAMLEntry(key: key, value: value))
            skipFlowSpace(&index)
            guard try !takesComma(or: UInt8(ascii: "}"), &index) else { break }
        }
        return entries
    }

    private func takes(_ close: UInt8, _ index: inout Int) throws(YAMLError) -> Bool {
        skipFlowSpace(&index)
        guard index < bytes.count else { throw error("a collection without an end") }
        guard bytes[index] == close else { return false }
        index += 1
        return true
    }

    /// Takes a comma, or the end of the collection, where it answers true.
    private func takesComma(or close: UInt8, _ index: inout Int) throws(YAMLError) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: ",") || bytes[index] == close else {
            throw error("expected a comma")
        }
        index += 1
        return bytes[index - 1] == close
    }

    /// A plain scalar inside a flow collection: up to a comma, a bracket or a colon before space.
    private func flowPlain(_ index: inout Int) throws(YAMLError) -> String {
        try refuseIndicators(bytes[index], next: index + 1 < bytes.count ? bytes[index + 1] : nil)
        let start = index
        var end = index
        scan: while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "{"),
                UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                break scan
            case UInt8(ascii: ":"):
                let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
                if isSpace(next)
                    || [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "\n")].contains(next)
                {
                    break scan
                }
                index += 1
                end = index
            case UInt8(ascii: "#") where index > start && isSpace(bytes[index - 1]):
                break scan
            case let byte:
                index += 1
                if !isSpace(byte) { end = index }
            }
        }
        guard end > start else { throw error("expected a value") }
        return text(start, end)
    }

    /// Passes spaces, line ends and comments.
    private func skipFlowSpace(_ index: inout Int) {
        while index < bytes.count {
            let byte = bytes[index]
            if isSpace(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                index += 1
            } else if byte == UInt8(ascii: "#"),
                index == 0 || isSpace(bytes[index - 1]) || bytes[index - 1] == UInt8(ascii: "\n")
            {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
            } else {
                return
            }
        }
    }
}
