import OnePassJSON
import Testing

@Suite("JSON cursor")
struct CursorTests {
    private static func error(_ text: String, maxDepth: Int = 8) -> JSONError? {
        do {
            _ = try JSONTree(Array(text.utf8), maxDepth: maxDepth)
            return nil
        } catch {
            return error
        }
    }

    @Test("values of every kind are read, with space around them")
    func values() throws {
        let text = " {\"a\" :\t[1 , -2.5e3,\r\n            true,null ] ,\"b\":{ },\"c\":[ ],\"\":\"x\",\"d\":false} "
        #expect(
            try JSONTree(Array(text.utf8))
                == .object([
                    "a": .array([.number(1), .number(-2500), .bool(true), .null]), "b": .object([:]), "c": .array([]),
                    "": .string("x"), "d": .bool(false),
                ])
        )
    }

    @Test(
        "what RFC 8259 does not allow is refused, with the place where it goes wrong",
        arguments: [
            ("", 0), ("  ", 2), ("{", 1), ("[", 1), ("]", 0), ("[1", 2), ("[1,", 3), ("[1,]", 3), ("[,1]", 1),
            (#"{"a":1,}"#, 7), ("{a:1}", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1 "b":2}"#, 7), (#"{"a":1]"#, 6),
            ("[1}", 2), ("tru", 0), ("truer", 4), ("nul", 0), ("none", 0), ("1 2", 2), ("nan", 0), ("'a'", 0),
            ("[1]\u{b}", 3), ("\u{FEFF}1", 0), ("\"abc", 4), ("\"", 1),
        ]
    )
    func refused(text: String, offset: Int) {
        #expect(Self.error(text)?.offset == offset)
        #expect(Self.error(text)?.isTooDeep == false)
    }

    @Test("levels are bounded, whether they are read or skipped, and no depth exhausts the stack")
    func depth() throws {
        for (open, close) in [("[", "]"), (#"{"a":["#, "]}")] {
            let levels = open == "[" ? 8 : 4
            let most = String(repeating: open, count: levels) + String(repeating: close, count: levels)
            _ = try JSONTree(Array(most.utf8), maxDepth: 8)
            #expect(Self.error("[" + most + "]")?.isTooDeep == true)
            let deep = Array(String(repeating: open, count: 100_000).utf8)
            #expect(Self.error(String(decoding: deep, as: UTF8.self), maxDepth: 512)?.isTooDeep == true)
            deep.withUnsafeBytes { deep in
                var cursor = JSONCursor(deep, strings: .exact, maxDepth: 512)
                let error = #expect(throws: JSONError.self) { try cursor.skip() }
                #expect(error?.isTooDeep == true)
            }
        }
        let wide = "[" + String(repeating: "[],", count: 1000) + "[[]]]"
        _ = try JSONTree(Array(wide.utf8), maxDepth: 3)
    }

    @Test("a byte order mark is passed over where the caller says so")
    func mark() throws {
        for mark in ["", "\u{FEFF}"] {
            try Array((mark + "[]").utf8).withUnsafeBytes { bytes in
                var cursor = JSONCursor(bytes, strings: .exact, maxDepth: 1)
                cursor.passMark()
                try cursor.openArray()
                let more = try cursor.nextElement()
                #expect(!more)
                try cursor.end()
            }
        }
    }

    @Test("another kind than asked for is an error")
    func kinds() {
        for text in ["[]", "{}", "1", "true", ""] {
            Array(text.utf8).withUnsafeBytes { bytes in
                var cursor = JSONCursor(bytes, strings: .lenient, maxDepth: 4)
                #expect(throws: JSONError.self) { try cursor.string() }
                if text != "{}" { #expect(throws: JSONError.self) { try cursor.openObject() } }
                if text != "[]" { #expect(throws: JSONError.self) { try cursor.openArray() } }
                if text != "1" { #expect(throws: JSONError.self) { try cursor.number() } }
                if text != "true" { #expect(throws: JSONError.self) { try cursor.word() } }
            }
        }
    }
}
