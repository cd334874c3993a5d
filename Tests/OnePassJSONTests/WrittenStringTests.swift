import OnePassJSON
import TallymanTesting
import Testing

@Suite("Written JSON strings")
struct WrittenStringTests {
    private static func written(_ text: String, _ controls: JSONString.Controls) -> String {
        var bytes: [UInt8] = []
        JSONString.append(text, to: &bytes, controls: controls)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("quotes, backslashes and control characters are escaped, and nothing else")
    func escapes() {
        let text = "\"a\\b/\n\r\t\u{0}\u{1f}\u{7f}é😀"
        #expect(Self.written(text, .digits) == #"\"a\\b/\u000a\u000d\u0009\u0000\u001f"# + "\u{7f}é😀")
        #expect(Self.written(text, .letters) == #"\"a\\b/\n\r\t\u0000\u001f"# + "\u{7f}é😀")
        #expect(Self.written("", .digits) == "")
    }

    @Test("what is written is read back the same", arguments: 0..<4)
    func roundTrip(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        for _ in 0..<2000 {
            let text = String(decoding: random.bytes(random.below(40)), as: UTF8.self)
            for controls in [JSONString.Controls.digits, .letters] {
                let document = Array("\"\(Self.written(text, controls))\"".utf8)
                #expect(try JSONTree(document) == .string(text))
            }
        }
    }
}
