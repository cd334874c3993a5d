/// The text of elements in an XML document by path, read in one pass without entities, namespaces or a tree.
///
/// Document type declarations are skipped, so that entity expansion cannot happen; only the five predefined entities are
/// decoded. Anything not well-formed ends the reading quietly.
struct XMLPaths {
    private let bytes: [UInt8]
    private static let maxDepth = 64
    /// Bytes of a name that are kept: the names around an element are copied and compared at the end of each.
    private static let maxNameBytes = 256

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Calls `visit` at the end of every element, with its path (outermost first) and the trimmed text since the last tag.
    func forEachElement(_ visit: ([String], String) -> Void) {
        var path: [String] = []
        var text: [UInt8] = []
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                text.append(bytes[position])
                position += 1
                continue
            }
            if starts(with: "<!--", at: position) {
                position = end(of: "-->", from: position + 4)
            } else if starts(with: "<![CDATA[", at: position) {
                let close = end(of: "]]>", from: position + 9)
                let last = starts(with: "]]>", at: close - 3) ? close - 3 : close
                if last > position + 9 { text += bytes[(position + 9)..<last] }
                position = close
            } else if starts(with: "<?", at: position) {
                position = end(of: "?>", from: position + 2)
            } else if starts(with: "<!", at: position) {
                position = endOfDeclaration(from: position + 2)
            } else if starts(with: "</", at: position) {
                if !path.isEmpty {
                    visit(path, text.isEmpty ? "" : Self.decoded(text))
                    path.removeLast()
                }
                text = []
                position = end(of: ">", from: position + 2)
            } else {
                let close = endOfTag(from: position + 1)
                let isEmptyElement = close >= 2 && bytes[close - 2] == UInt8(ascii: "/")
                text = []
                if !isEmptyElement {
                    guard path.count < Self.maxDepth else { return }
                    path.append(name(at: position + 1))
                }
                position = close
            }
        }
    }

    private func starts(with mark: StaticString, at position: Int) -> Bool {
        guard position >= 0, mark.utf8CodeUnitCount <= bytes.count - position else { return false }
        return mark.withUTF8Buffer { bytes[position..<position + $0.count].elementsEqual($0) }
    }

    private func end(of mark: StaticString, from start: Int) -> Int {
        var position = min(start, bytes.count)
        while position < bytes.count {
            if starts(with: mark, at: position) { return position + mark.utf8CodeUnitCount }
            position += 1
        }
        return bytes.count
    }

    /// Just after the `>` of a tag, passing over quoted attribute values.
    private func endOfTag(from start: Int) -> Int {
        var quote: UInt8?
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
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

    /// Just after a `<!DOCTYPE … [ … ]>`, the internal subset included.
    private func endOfDeclaration(from start: Int) -> Int {
        var depth = 0
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "[") { depth += 1 }
            if byte == UInt8(ascii: "]") { depth -= 1 }
            if byte == UInt8(ascii: ">"), depth <= 0 { return position }
        }
        return bytes.count
    }

    private func name(at start: Int) -> String {
        let rest = bytes[start...]
        let end = rest.firstIndex { $0 <= 0x20 || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") } ?? rest.endIndex
        return String(decoding: rest[..<end].prefix(Self.maxNameBytes), as: UTF8.self)
    }

    private static let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]

    private static func decoded(_ bytes: [UInt8]) -> String {
        var text = TextLines.trimmed(String(decoding: bytes, as: UTF8.self))
        guard text.contains("&") else { return text }
        for (entity, character) in entities {
            text = text.split(separator: entity, omittingEmptySubsequences: false).joined(separator: character)
        }
        return text
    }
}
