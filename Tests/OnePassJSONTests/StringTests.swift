import OnePassJSON
import Testing

@Suite("JSON strings")
struct StringTests {
    private static func read(_ bytes: [UInt8], _ rule: JSONCursor.StringRule) -> String? {
        guard case .string(let text)? = try? JSONTree(bytes, strings: rule) else { return nil }  // `nil` says it all
        return text
    }

    @Test("escapes are read alike by every rule", arguments: [JSONCursor.StringRule.exact, .mended, .lenient])
    func escapes(rule: JSONCursor.StringRule) {
        let text = #""\ud83d\uDE00\u00e9\/\b\f\n\r\t\"\\\u0041 and much plain text behind them, é😀""#
        let read = Self.read(Array(text.utf8), rule)
        #expect(read == "\u{1F600}é/\u{8}\u{c}\n\r\t\"\\A and much plain text behind them, é😀")
        #expect(Self.read(Array("\"\"".utf8), rule) == "")
    }

    @Test("the end of a string is found wherever it stands among eight bytes")
    func ends() {
        for length in 0...40 {
            let plain = String(repeating: "a", count: length)
            for (written, meant) in [("", ""), (#"\""#, "\""), (#"\\"#, "\\"), ("é", "é"), ("\u{7f}", "\u{7f}")] {
                let bytes = Array("\"\(plain)\(written)\(plain)\"".utf8)
                #expect(Self.read(bytes, .exact) == plain + meant + plain)
                #expect(Self.read(bytes.dropLast(), .lenient) == nil)
            }
        }
    }

    /// Bytes between the quotes, and what each rule makes of them; `nil` is a refusal.
    private static let odd: [(bytes: [UInt8], mended: String?, lenient: String)] = [
        (Array(#"\ud800"#.utf8), "\u{FFFD}", "\u{FFFD}"), (Array(#"a\udc00b"#.utf8), "a\u{FFFD}b", "a\u{FFFD}b"),
        (Array(#"\ud800\u0041"#.utf8), "\u{FFFD}A", "\u{FFFD}A"),
        (Array(#"\ud800\ud83d\ude00"#.utf8), "\u{FFFD}😀", "\u{FFFD}😀"),
        (Array(#"\ud800\n"#.utf8), "\u{FFFD}\n", "\u{FFFD}\n"),
        ([0x61, 0xFF, 0x62], "a\u{FFFD}b", "a\u{FFFD}b"), ([0xC3], "\u{FFFD}", "\u{FFFD}"),
        ([0x5C, 0x6E, 0xC3], "\n\u{FFFD}", "\n\u{FFFD}"), ([0x61, 0x09, 0x62], nil, "a\tb"), ([0], nil, "\0"),
        (Array(#"\x41"#.utf8), nil, "x41"), (Array(#"\u12"#.utf8), nil, "\u{FFFD}12"),
        (Array(#"\u+123"#.utf8), nil, "\u{FFFD}+123"), (Array(#"\uzzzz"#.utf8), nil, "\u{FFFD}zzzz"),
        (Array(#"\ud800\uzzzz"#.utf8), nil, "\u{FFFD}\u{FFFD}zzzz"), (Array(#"\é"#.utf8), nil, "é"),
    ]

    @Test("what is no JSON, or no Unicode, is refused or mended as the rule says", arguments: 0..<odd.count)
    func oddities(index: Int) {
        let bytes = [0x22] + Self.odd[index].bytes + [0x22]
        #expect(Self.read(bytes, .exact) == nil)
        #expect(Self.read(bytes, .mended) == Self.odd[index].mended)
        #expect(Self.read(bytes, .lenient) == Self.odd[index].lenient)
    }

    @Test("an escape at the end of the bytes is no string", arguments: [#""\"#, #""\""#, #""\u"#, #""\u00e9"#])
    func cutEscapes(text: String) {
        for rule in [JSONCursor.StringRule.exact, .mended, .lenient] {
            #expect(Self.read(Array(text.utf8), rule) == nil)
        }
    }
}
