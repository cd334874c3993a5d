import AnchoreAPI
import OnePassJSON
import TallymanTesting
import Testing

@Suite("JSON of requests")
struct JSONTests {
    @Test(
        "reads values and writes them back",
        arguments: [
            #"{"a":[1,-2,3.5,true,false,null],"b":{"c":"d"}}"#, "[]", "{}", #""\"\\""#, #"[[[]]]"#,
        ]
    )
    func roundTrip(_ text: String) throws {
        #expect(try JSONReader.read(Array(text.utf8)).bytes == Array(text.utf8))
    }

    @Test("reads escapes, also of characters beyond the first plane")
    func escapes() throws {
        let value = try JSONReader.read(Array(#""\u00e9\ud83d\ude00\n\/""#.utf8))
        #expect(value.string == "é😀\n/")
    }

    @Test(
        "refuses what is no JSON",
        arguments: [
            "", "{", "[1,]", #"{"a":1,}"#, "tru", "01", "-.5", "1.", #""\x""#, #""\ud83d""#, "[1] 2", "nan",
            "\"a\nb\"", "1e999", "\u{FEFF}[]",
        ]
    )
    func refusals(_ text: String) {
        #expect(throws: JSONError.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test("refuses what is nested deeper than its bound, and takes what is not")
    func depth() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONReader.read(Array(deep.utf8)) }
        let levels = JSONReader.maxDepth
        let text = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        _ = try JSONReader.read(Array(text.utf8))
        #expect(throws: JSONError.self) { try JSONReader.read(Array("[\(text)]".utf8)) }
    }

    @Test("refuses texts that are not UTF-8")
    func foreignBytes() {
        #expect(throws: JSONError.self) { try JSONReader.read([0x22, 0xC3, 0x22]) }
    }

    @Test("reads whole numbers as such as far as they go, and gives the last of members with one name")
    func shapes() throws {
        let value = try JSONReader.read(Array(#"{"a":1,"b":[9223372036854775807,9223372036854775808,1.0],"a":2}"#.utf8))
        #expect(value["a"]?.int == 2)
        #expect(value["b"]?.array == [.int(.max), .number(9_223_372_036_854_775_808), .number(1)])
    }

    @Test("survives damage of any kind")
    func mutations() throws {
        var random = SeededRandom(seed: 7)
        let sample = Array(#"{"id":"x","list":[1,2.5e3,{"n":null}],"t":"\u00e9\ud83d\ude00","b":true}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                }
                if bytes.isEmpty { break }
            }
            if let value = try? JSONReader.read(bytes) {  // most are refused, which is as good
                #expect(try JSONReader.read(value.bytes) == value)
            }
        }
    }

    @Test("gives the same canonical text whatever the order of members")
    func canonical() throws {
        let first = try JSONReader.read(Array(#"{"b":{"y":1,"x":2},"a":[{"d":1,"c":2}]}"#.utf8))
        let second = try JSONReader.read(Array(#"{ "a":[{"c":2,"d":1}], "b":{"x":2,"y":1} }"#.utf8))
        #expect(first.canonical == second.canonical)
    }
}
