/// The opening tags of an XML document with their attributes, in one pass without a tree (XML 1.0, 3.1).
///
/// Comments, CDATA sections and declarations are passed over; entities stay as they are. Of what is not well-formed,
/// the tags that can be told apart are read.
struct XMLTags {
    private static let maxTagBytes = 64 * 1024

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func forEach(_ visit: (_ name: String, _ attributes: [String: String]) -> Void) {
        var position = 0
        while let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            if starts(with: "<!--", at: open) {
                position = end(of: "-->", from: open + 4)
            } else if starts(with: "<![CDATA[", at: open) {
                position = end(of: "]]>", from: open + 9)
            } else if starts(with: "<!", at: open) || starts(with: "<?", at: open) || starts(with: "</", at: open) {
                position = end(of: ">", from: open + 2)
            } else {
                let close = endOfTag(from: open + 1)
                if close - open <= Self.maxTagBytes { read(bytes[(open + 1)..<close], visit) }
                position = min(close + 1, bytes.count)
            }
        }
    }

    private func starts(with mark: StaticString, at position: Int) -> Bool {
        mark.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private func end(of mark: StaticString, from start: Int) -> Int {
        var position = min(start, bytes.count)
        while position < bytes.count {
            if starts(with: mark, at: position) { return position + mark.utf8CodeUnitCount }
            position += 1
        }
        return bytes.count
    }

    /// The place of a tag's `>`, which quoted values may hold too.
    private func endOfTag(from start: Int) -> Int {
        var quote: UInt8?
        for position in start..<bytes.count {
            let byte = bytes[position]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return position
            }
        }
        return bytes.count
    }

    private func read(_ tag: ArraySlice<UInt8>, _ visit: (String, [String: String]) -> Void) {
        let isSpace: (UInt8) -> Bool = { $0 <= 32 || $0 == UInt8(ascii: "/") }
        let name = tag.prefix { !isSpace($0) }
        var attributes: [String: String] = [:]
        var rest = tag.dropFirst(name.count)
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let key = rest[..<equals].trimmedText
            let value = rest[(equals + 1)...].drop { $0 <= 32 }
            guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let close = value.dropFirst().firstIndex(of: quote)
            else { break }
            attributes[key] = value[(value.startIndex + 1)..<close].trimmedText
            rest = value[(close + 1)...]
        }
        visit(String(decoding: name, as: UTF8.self), attributes)
    }
}
