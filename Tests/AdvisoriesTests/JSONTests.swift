import OnePassJSON
import Testing

@testable import Advisories

struct JSONTests {
    private func parse(_ text: String, maxDepth: Int = 16) -> JSONValue? {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBytes { buffer in
            try? JSONReader.parse(UnsafeRawBufferPointer(buffer), maxDepth: maxDepth)  // Tests ask whether, not why.
        }
    }

    @Test("Values are read, texts are mended, and of members with one name the first counts")
    func values() throws {
        let document = try #require(parse("\u{FEFF}" + #" {"a":[1,-2.5e3,true,null,"é\ud800y"],"b":{},"a":2} "#))
        let elements = try #require(document["a"]).elements
        #expect(elements.count == 5)
        #expect(elements.last?.string == "é\u{FFFD}y")
        #expect(document["b"]?.object?.members.isEmpty == true)
    }

    @Test(
        "What RFC 8259 does not allow is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "\"", "\"\\x\"", "\"\\u12\"", "tru", "1 2", "\"a\u{1}\"", "--1",
            "+1", ".5", "1.",
            "01", "1e999", "]",
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

    @Test("Where the frame of an object or array is broken, the place is told in the whole document")
    func frames() {
        for (text, offset) in [("[{\"a\":nonsense} 1]", 16), ("[1,]", 3), ("[1", 2), ("[1] 2", 4), ("{}", 0)] {
            Array(text.utf8).withUnsafeBytes { buffer in
                let error = #expect(throws: JSONError.self) {
                    var elements = try JSONElements(buffer)
                    while try elements.next() != nil {}
                }
                #expect(error?.offset == offset, "\(text)")
            }
        }
        for (text, offset) in [(#"{"a":1,"b\x":2}"#, 9), (#"{"a":1,}"#, 7), (#"{"a" 1}"#, 5), ("[]", 0)] {
            Array(text.utf8).withUnsafeBytes { buffer in
                let error = #expect(throws: JSONError.self) {
                    var members = try JSONMembers(buffer)
                    while try members.next() != nil {}
                }
                #expect(error?.offset == offset, "\(text)")
            }
        }
    }
}
