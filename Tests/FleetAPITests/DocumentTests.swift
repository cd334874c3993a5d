import AnchoreAPI
import ScanModel
import TallymanTesting
import Testing
import YAML

@testable import FleetAPI

@Suite("What the API says of itself")
struct DocumentTests {
    /// Shapes of texts that clients send.
    static let shapesOfTexts: [TextShape] = [
        .digest, .cursor, .flaw, .platform, .target, .imagePattern, .day, .line(256, example: "openssl"),
    ]

    @Test("each shape matches its own example and no text with a control character", arguments: 0..<8)
    func shapes(_ index: Int) {
        let shape = Self.shapesOfTexts[index]
        #expect(shape.matches(shape.example))
        for text in ["", shape.example + "\n", "\n" + shape.example, shape.example + "\u{0}", "a\u{7f}"] {
            #expect(!shape.matches(text))
        }
        #expect(!shape.matches(String(repeating: "a", count: shape.lengths.upperBound + 1)))
    }

    @Test("a day that there is not is no day")
    func days() {
        #expect(TextShape.day.matches("2024-02-29"))
        for text in ["2023-02-29", "0000-01-01", "2024-13-01", "2024-1-1"] { #expect(!TextShape.day.matches(text)) }
    }

    @Test("all that a target may be by its pattern is a target to a run")
    func targets() {
        var random = SeededRandom(seed: 6)
        let alphabet = Array("ab09.-_:/@AZ ")
        var matched = 0
        for _ in 0..<3_000 {
            let length = Int.random(in: 1...14, using: &random)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            guard TextShape.target.matches(text) else { continue }
            matched += 1
            #expect(RegistryTarget(text) != nil, "\(text)")
        }
        #expect(matched > 50)
    }

    @Test("the document as YAML says the same as JSON")
    func yaml() throws {
        let document = OpenAPIDocument.make(
            [Operations.createException, Operations.getException, Operations.exportFindings, Operations.documentPage],
            version: "1"
        )
        let node = try YAMLReader.parse(YAMLText.make(document))
        func compare(_ value: JSONValue, _ node: YAMLNode?, _ place: String) {
            switch value {
            case .object(let members) where !members.isEmpty:
                for member in members { compare(member.value, node?[member.name], "\(place)/\(member.name)") }
            case .array(let values) where !values.isEmpty:
                guard case .sequence(let nodes)? = node, nodes.count == values.count else {
                    Issue.record("\(place) is no list of \(values.count)")
                    return
                }
                for (index, pair) in zip(values, nodes).enumerated() { compare(pair.0, pair.1, "\(place)/\(index)") }
            case .string(let text): #expect(node?.string == text, "\(place)")
            default: #expect(node != nil, "\(place)")
            }
        }
        compare(document, node, "")
    }

    @Test("what has an entity tag may answer that nothing has changed, and says so")
    func unchanged() {
        let operations = [
            Operations.listImages, Operations.exportFindings, Operations.documentPage, Operations.createRun,
        ]
        let paths = OpenAPIDocument.make(operations, version: "1")["paths"]
        for operation in operations {
            let answers = paths?[operation.path]?[operation.method.rawValue]?["responses"]
            let isTagged = [Operations.listImages.id, Operations.documentPage.id].contains(operation.id)
            #expect((answers?["304"] != nil) == isTagged, "\(operation.id)")
            #expect((answers?["304"]?["headers"]?["ETag"] != nil) == isTagged, "\(operation.id)")
            #expect(answers?["304"]?["content"] == nil)
        }
    }

    @Test("a request body is checked by what the document says of it")
    func bodies() throws {
        func violations(_ text: String) throws -> [String] {
            Operations.newException.violations(try JSONReader.read(Array(text.utf8)), at: "").map(\.place)
        }
        #expect(try violations(#"{"vulnerability":"CVE-1","reason":"r"}"#) == [])
        #expect(try violations(#"{"vulnerability":"CVE-1"}"#) == ["/reason"])
        #expect(try violations(#"{"vulnerability":"CVE-1","reason":"r","pakage":"x"}"#) == ["/pakage"])
        #expect(try violations(#"{"vulnerability":1,"reason":null,"images":["a b"]}"#).count == 3)
        #expect(try violations(#"{"vulnerability":"CVE-1","reason":"r","reason":"s"}"#) == ["/reason"])
        #expect(try violations("[]") == [""])
        let many = #"{"\#((0..<100).map { "m\($0)" }.joined(separator: #"":1,""#))":1}"#
        #expect(try violations(many).count <= Schema.maxViolations + 2)
    }

    @Test("what is left out has its default, and what is not known, twice or malformed is refused")
    func parameters() throws {
        let operation = Operations.listRuns
        func read(_ query: String) throws(Problem) -> [String: JSONValue] {
            try operation.values(path: [:], query: try QueryText.pairs(query))
        }
        #expect(try read("")["limit"] == .int(100))
        #expect(try read("limit=5&state=done") == ["limit": .int(5), "state": .string("done")])
        for query in [
            "limit=0", "limit=501", "limit=1.0", "limit=+1", "limit=01", "limit=", "limit", "limit=5&limit=5",
            "state=odd", "state=", "sate=done", "cursor=a%20b", "cursor=", "cursor=%00", "x", "=", "=1",
            "limit=99999999999999999999",
        ] {
            #expect(throws: Problem.self, "\(query)") { try read(query) }
        }
        #expect(throws: Problem.self) { try read("state=%ff") }
        #expect(throws: Problem.self) { try read((0..<100).map { "a\($0)=1" }.joined(separator: "&")) }
    }
}

@Suite("Cursors and entity tags")
struct PagingTests {
    @Test("a cursor is good for its own list alone, and no other text is one")
    func cursors() throws {
        let key = ["12", "a/b:\u{1F600}", ""]
        let cursor = PageCursor.make(key, of: "list")
        #expect(TextShape.cursor.matches(cursor))
        #expect(try PageCursor.read(cursor, of: "list") == key)
        #expect(throws: Problem.self) { try PageCursor.read(cursor, of: "other") }
        var random = SeededRandom(seed: 1)
        let bytes = Array(cursor.utf8)
        for _ in 0..<2_000 {
            var changed = bytes
            let place = Int.random(in: 0..<changed.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: changed[place] = UInt8.random(in: 32..<127, using: &random)
            case 1: changed.remove(at: place)
            default: changed.insert(UInt8.random(in: 32..<127, using: &random), at: place)
            }
            guard changed != bytes else { continue }
            let text = String(decoding: changed, as: UTF8.self)
            #expect(throws: Problem.self) { try PageCursor.read(text, of: "list") }
        }
        for text in ["", "A", "AAAAAAAAAAAAAA", "====", String(repeating: "A", count: 4096)] {
            #expect(throws: Problem.self) { try PageCursor.read(text, of: "list") }
        }
    }

    @Test("a key of another form than the list has is no page")
    func keys() {
        #expect(throws: Problem.self) { try PageRequest(after: ["x"], limit: 1).number(0, otherwise: 1) }
        #expect(throws: Problem.self) { try PageRequest(after: [], limit: 1).text(0, otherwise: "") }
        #expect(throws: Never.self) { try PageRequest(limit: 1).number(0, otherwise: 1) }
    }

    @Test("entity tags are compared as the header allows them to be written")
    func tags() {
        let tag = EntityTag.of(Array("a".utf8))
        #expect(tag != EntityTag.of(Array("b".utf8)))
        for header in [tag, "W/\(tag)", "\"x\", \(tag)", "*", " \(tag) , \"y\""] {
            #expect(EntityTag.matches(tag, header))
        }
        for header in ["", "\"x\"", "W/\"x\"", String(tag.dropFirst()), String(repeating: "\"x\",", count: 9999)] {
            #expect(!EntityTag.matches(tag, header))
        }
    }
}
