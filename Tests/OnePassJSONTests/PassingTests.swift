import OnePassJSON
import Testing

@Suite("Passing over JSON values")
struct PassingTests {
    private static func pass(
        _ text: String,
        _ body: (inout JSONCursor) throws -> UnsafeRawBufferPointer
    ) throws -> String {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes, strings: .lenient, maxDepth: 1)
            return String(decoding: try body(&cursor), as: UTF8.self)
        }
    }

    @Test(
        "a value is passed over by its quotes and brackets, and its bytes are given",
        arguments: [
            (#" {"a":"}\"{","b":[1,{}]} ,"#, #"{"a":"}\"{","b":[1,{}]}"#),
            ("[\n          1,\n  2]]", "[\n          1,\n  2]"),
            (#""a\\" "#, #""a\\""#), ("12.5e3,", "12.5e3"), ("true]", "true"), ("[nonsense; }", "[nonsense; }"),
            ("\"a\tb\"", "\"a\tb\""),
        ]
    )
    func passed(text: String, value: String) throws {
        #expect(try Self.pass(text) { try $0.pass() } == value)
    }

    @Test("what has no end, or is nothing, is an error", arguments: ["", "{", "[\"]", "\"\\", ",", "}", "$"])
    func endless(text: String) {
        #expect(throws: JSONError.self) { try Self.pass(text) { try $0.pass() } }
    }

    @Test(
        "anything is passed over up to the comma or bracket behind it",
        arguments: [
            ("nonsense ;,", "nonsense ;"), ("}", ""), (",", ""), (#""a" x,"#, #""a""#), ("x[1,2],", "x[1,2]"),
            (" {\"a\":1}]", "{\"a\":1}"),
        ]
    )
    func anything(text: String, value: String) throws {
        #expect(try Self.pass(text) { try $0.passAnything() } == value)
    }

    @Test("values however deep are passed over without the stack")
    func deep() throws {
        let levels = 1_000_000
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect(try Self.pass(text) { try $0.pass() }.utf8.count == 2 * levels)
        #expect(throws: JSONError.self) { try Self.pass(String(text.dropLast())) { try $0.passAnything() } }
    }
}
