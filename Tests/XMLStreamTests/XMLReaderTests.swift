import Bytes
import TallymanTesting
import Testing

@testable import XMLStream

struct XMLReaderTests {
    /// The events as one line each: `<a b=c>`, `"text"`, `</a>`.
    private func events(_ text: String, pieces: Int = 64, limits: XMLLimits = .init()) throws -> [String] {
        try events(Array(text.utf8), pieces: pieces, limits: limits)
    }

    private func events(_ bytes: [UInt8], pieces: Int = 64, limits: XMLLimits = .init()) throws -> [String] {
        let reader = XMLReader(ArrayProducer(bytes, pieceSize: pieces), limits: limits)
        var lines: [String] = []
        while let event = try reader.next() {
            switch event {
            case .start(let element):
                let attributes = element.attributes.map { " \($0.name)=\($0.value)" }.joined()
                lines.append("<\(element.name)\(attributes)>")
            case .text(let text): lines.append("\"\(text)\"")
            case .end(let name): lines.append("</\(name)>")
            }
        }
        #expect(reader.depth == 0)
        return lines
    }

    private func failure(_ text: String, limits: XMLLimits = .init()) -> XMLError.Code? {
        do {
            _ = try events(text, limits: limits)
            return nil
        } catch {
            return (error as? XMLError)?.code
        }
    }

    private static let document = """
        \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
        <!-- a <comment> - -->
        <oval:root xmlns:oval='u"r' a = "1 &lt; 2">
          <x:empty b="é&#x41;&#66;"/><d><![CDATA[<a> & ]] ]>]]]></d><?php > ?>
          text &amp;<!-- in --> more<b/>tail
        </oval:root >

        """

    @Test("A document gives the same events whatever the pieces that it arrives in", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) throws {
        #expect(
            try events(Self.document, pieces: size) == [
                #"<root xmlns:oval=u"r a=1 < 2>"#, "<empty b=éAB>", "</empty>", "<d>", "\"<a> & ]] ]>]\"", "</d>",
                "\"\n  text & more\"", "<b>", "</b>", "\"tail\n\"", "</root>",
            ]
        )
    }

    @Test(
        "What is not well-formed is refused",
        arguments: [
            "", " ", "text", "<a></b>", "</a>", "<a/><b/>", "<a/>x", "x<a/>", "<a b></a>", "<a b=c/>", "<a b='<'/>",
            "<a b='1' b='2'/>", "<a b='1'c='2'/>", "<1a/>", "< a/>", "<a><!- x --></a>", "<a><![cdata[x]]></a>",
            "<a / >",
        ]
    )
    func malformed(text: String) {
        #expect(failure(text) == .malformed)
    }

    @Test(
        "What could expand or is in another encoding is refused",
        arguments: [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE a><a/>", "<a>&b;</a>", "<a b='&nbsp;'/>",
            "<a>& b</a>",
            "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#+65;</a>", "<a>&#99999999999;</a>", "<a>&;</a>",
            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        ]
    )
    func refused(text: String) {
        #expect(failure(text) == .refused)
    }

    @Test("Every bound holds")
    func bounds() {
        var limits = XMLLimits()
        limits.maxDepth = 3
        limits.maxNameBytes = 4
        limits.maxAttributes = 2
        limits.maxAttributeBytes = 5
        limits.maxTextBytes = 6
        #expect(failure("<a><a><a/></a></a>", limits: limits) == nil)
        #expect(failure("<a><a><a><a/></a></a></a>", limits: limits) == .limit)
        #expect(failure("<abcde/>", limits: limits) == .limit)
        #expect(failure("<a b='1' c='2' d='3'/>", limits: limits) == .limit)
        #expect(failure("<a b='123' c='456'/>", limits: limits) == .limit)
        #expect(failure("<a>123456</a>", limits: limits) == nil)
        #expect(failure("<a>1234&lt;<![CDATA[56]]></a>", limits: limits) == .limit)
        #expect(failure(String(repeating: "<a>", count: 100_000)) == .limit)
    }

    @Test("The text of an element and what follows a skipped one are found")
    func elements() throws {
        let text = "<r><a>one <b>two</b><c/> three</a><s><t>x</t></s><z/></r>"
        let reader = XMLReader(ArrayProducer(Array(text.utf8), pieceSize: 5))
        _ = try reader.next()
        #expect(try reader.next() == .start(XMLElement(name: "a")))
        #expect(try reader.elementText() == "one two three")
        #expect(try reader.next() == .start(XMLElement(name: "s")))
        try reader.skipElement()
        #expect(try reader.next() == .start(XMLElement(name: "z")))
        #expect(try reader.elementText() == "")
        #expect(try reader.next() == .end("r"))
        #expect(try reader.next() == nil)
    }

    @Test("Every truncation is noticed")
    func truncations() {
        let bytes = Array("<?xml version='1.0'?><a b='c'><!-- d --><![CDATA[e]]>&amp;<f/></a>".utf8)
        for count in bytes.indices {
            #expect(throws: (any Error).self) { try events(Array(bytes[..<count])) }
        }
    }

    @Test("Changed and random bytes give events or an error, never a trap")
    func damage() {
        let bytes = Array(Self.document.utf8)
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            _ = try? events(copy, pieces: 1 + random.below(20))  // Either answer is right; a trap is not.
            _ = try? events(random.bytes(random.below(60)))  // Likewise.
        }
    }
}
