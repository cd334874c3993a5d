package import Bytes

/// A pull parser for the XML that feeds are written in (XML 1.0, fifth edition), over bytes that need not be trusted.
///
/// Elements, attributes, text, CDATA sections, the five entities and character references are read, comments and
/// processing instructions passed over. A document type declaration and any other entity are refused, so that nothing
/// can expand. Memory is bounded by `XMLLimits`: the names of the open elements, one tag and one run of text. UTF-8 only;
/// bytes that are none become U+FFFD. Namespaces are not resolved. Used by one thread.
package final class XMLReader {
    let limits: XMLLimits
    let feed: ByteFeed

    /// The names of the open elements, one after the other, and where each starts.
    private var openNames: [UInt8] = []
    private var starts: [Int] = []
    private var text: [UInt8] = []
    /// Events that were read and not yet given, the next one last.
    private var pending: [XMLEvent] = []
    private var hasRoot = false
    private var isStarted = false

    /// How many elements are open by the events given so far.
    package private(set) var depth = 0

    package init(_ source: any ByteProducer, limits: XMLLimits = .init()) {
        feed = ByteFeed(source)
        self.limits = limits
    }

    /// How many bytes have been read.
    package var offset: Int { feed.offset }

    /// The next event; `nil` at the end of a whole document.
    ///
    /// Throws `XMLError`, after which the reader must not be used further; the producer's own errors pass through.
    package func next() throws -> XMLEvent? {
        while pending.isEmpty {
            guard try readMore() else { return nil }
        }
        let event = pending.popLast()
        switch event {
        case .start: depth += 1
        case .end: depth -= 1
        default: break
        }
        return event
    }

    /// Passes over the rest of the element whose start was the last event, its end included.
    package func skipElement() throws {
        let level = depth
        while depth >= level, try next() != nil {}
    }

    /// The text of the element whose start was the last event, with that of the elements in it, its end included.
    package func elementText() throws -> String {
        let level = depth
        var text = ""
        while depth >= level, let event = try next() {
            guard case .text(let run) = event else { continue }
            guard text.utf8.count <= limits.maxTextBytes - run.utf8.count else { throw tooLong }
            text += run
        }
        return text
    }

    func error(_ code: XMLError.Code, _ reason: String) -> XMLError { XMLError(code, offset: feed.offset, reason) }

    /// Reads up to the end of the next piece of markup; `false` at the end of the document.
    private func readMore() throws -> Bool {
        if !isStarted {
            isStarted = true
            try skipByteOrderMark()
        }
        guard let byte = try feed.peek() else {
            guard starts.isEmpty else { throw error(.truncated, "the document ends inside an element") }
            guard hasRoot else { throw error(.malformed, "no element") }
            try giveText()
            return false
        }
        if byte == UInt8(ascii: "<") {
            _ = try feed.take()
            try readMarkup()
        } else {
            try readText()
        }
        return true
    }

    private func skipByteOrderMark() throws {
        guard try feed.peek() == 0xEF else { return }
        for expected: UInt8 in [0xEF, 0xBB, 0xBF] {
            guard try feed.take() == expected else { throw error(.malformed, "no XML") }
        }
    }

    private func readMarkup() throws {
        switch try feed.peek() {
        case UInt8(ascii: "/"):
            try giveText()
            try endElement(try readEndTag())
        case UInt8(ascii: "?"): try readInstruction()
        case UInt8(ascii: "!"): try readDeclaration()
        default:
            try giveText()
            try startElement(try readStartTag())
        }
    }

    // MARK: - Elements

    private func startElement(_ tag: (name: [UInt8], attributes: [XMLElement.Attribute], isEmpty: Bool)) throws {
        guard !starts.isEmpty || !hasRoot else { throw error(.malformed, "something after the document") }
        guard starts.count < limits.maxDepth else { throw error(.limit, "more than \(limits.maxDepth) levels") }
        hasRoot = true
        let name = Self.localName(tag.name[...])
        give(.start(XMLElement(name: name, attributes: tag.attributes)))
        if tag.isEmpty { return give(.end(name)) }
        starts.append(openNames.count)
        openNames += tag.name
    }

    private func endElement(_ name: [UInt8]) throws {
        guard let start = starts.popLast(), openNames[start...].elementsEqual(name) else {
            throw error(.malformed, "an end tag that ends nothing")
        }
        openNames.removeSubrange(start...)
        give(.end(Self.localName(name[...])))
    }

    private func give(_ event: XMLEvent) { pending.insert(event, at: 0) }

    private static func localName(_ name: ArraySlice<UInt8>) -> String {
        let start = name.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? name.startIndex
        return String(decoding: name[start...], as: UTF8.self)
    }

    // MARK: - Text

    private var tooLong: XMLError { error(.limit, "text of more than \(limits.maxTextBytes) bytes") }

    private func readText() throws {
        try feed.takeRun(until: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) { try append($0) }
        guard try feed.peek() == UInt8(ascii: "&") else { return }
        try append(try readReference())
    }

    func append(_ run: some Collection<UInt8>) throws {
        guard run.count <= limits.maxTextBytes - text.count else { throw tooLong }
        text.append(contentsOf: run)
    }

    /// Gives the text since the last tag, unless it is white space alone.
    private func giveText() throws {
        defer { text.removeAll(keepingCapacity: true) }
        guard text.contains(where: { !XMLCharacters.isSpace($0) }) else { return }
        guard !starts.isEmpty else { throw error(.malformed, "text outside the document") }
        give(.text(String(decoding: text, as: UTF8.self)))
    }
}
