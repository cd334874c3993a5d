import Testing

@testable import Advisories

struct JSONTests {
    private func parse(_ text: String, maxDepth: Int = 16) -> JSONValue? {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBytes { buffer in
            try? JSONReader.parse(UnsafeRawBufferPointer(buffer), maxDepth: maxDepth)  // Tests ask whether, not why.
        }
    }

    @Test("Values, escapes and surrogate pairs are read")
    func values() throws {
        let document = try #require(parse(#" {"a":[1,-2.5e3,true,null,"x\n\u00e9\ud83d\ude00\ud800y"],"b":{},"a":2} "#))
        let elements = try #require(document["a"]).elements
        #expect(elements.count == 5)
        #expect(elements.last?.string == "x\né😀\u{FFFD}y")
        #expect(document["b"]?.object?.members.isEmpty == true)
    }

    @Test(
        "What RFC 8259 does not allow is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "\"", "\"\\x\"", "\"\\u12\"", "tru", "nul", "1 2", "[1", "{\"a\"}",
            "\"a\u{1}\"", "--1", "{\"a\":}", "]",
        ]
    )
    func refused(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("Nesting beyond the limit is refused and does not exhaust the stack")
    func depth() {
        let deep = String(repeating: "[", count: 200_000)
        #expect(parse(deep) == nil)
        #expect(parse("[[[[]]]]", maxDepth: 4) != nil)
        #expect(parse("[[[[[]]]]]", maxDepth: 4) == nil)
    }

    @Test("Every truncation and every flipped byte of a document is survived")
    func damage() throws {
        let text = Array(#"{"id":"A\u00e9","affected":[{"x":1.5},null,"\"}"],"z":{"y":[true,false]}}"#.utf8)
        for count in text.indices { #expect(parse(String(decoding: text[..<count], as: UTF8.self)) == nil) }
        for index in text.indices {
            for flip in [UInt8(1), 0x20, 0x80] {
                var bytes = text
                bytes[index] ^= flip
                bytes.withUnsafeBytes { buffer in
                    _ = try? JSONReader.parse(buffer, maxDepth: 8)  // Either answer is right; a trap is not.
                    if var members = try? JSONMembers(buffer) {  // Likewise.
                        while (try? members.next()) != nil {}  // Likewise.
                    }
                }
            }
        }
    }

    @Test("Members are found without parsing their values")
    func members() throws {
        let text = #"{"a":{"x":"}\"{"},"b":[1,[2]],"c":nonsense ,"d":"e"}"#
        try Array(text.utf8).withUnsafeBytes { buffer in
            var members = try JSONMembers(buffer)
            var found: [String] = []
            while let member = try members.next() {
                found.append("\(member.name)=\(String(decoding: member.value, as: UTF8.self))")
            }
            #expect(found == [#"a={"x":"}\"{"}"#, "b=[1,[2]]", "c=nonsense ", #"d="e""#])
        }
    }
}
