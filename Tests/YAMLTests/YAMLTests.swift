import TallymanTesting
import Testing

@testable import YAML

struct YAMLTests {
    private func parse(_ text: String) throws -> YAMLNode { try YAMLReader.parse(Array(text.utf8)) }

    @Test("Mappings, sequences and every style of scalar are read")
    func document() throws {
        // Values as PyYAML 6.0 reads them.
        let text = """
            ---
            # a comment
            gem: rack   # behind a value
            date: 2011-12-28
            title: "CVE-2011-5036: hash \\"tables\\" \\u00e9"
            single: 'it''s # not a comment'
            folded plain: one
              two

              three
            literal: |
              Rack before 1.1.3: yes
                indented

              last
            folded: >-
              one
              two

              three
            patched_versions:
            - "~> 1.1.3"
            - '>= 1.4.0'
            nested:
              - name: a
                version: "1"
              - - x
                - y
            flow: [a, "b, c", {k: v, 'q': [1, 2]}]
            empty:
            tilde: ~

            """
        let node = try parse(text)
        #expect(node["gem"]?.string == "rack")
        #expect(node["date"]?.string == "2011-12-28")
        #expect(node["title"]?.string == "CVE-2011-5036: hash \"tables\" é")
        #expect(node["single"]?.string == "it's # not a comment")
        #expect(node["folded plain"]?.string == "one two\nthree")
        #expect(node["literal"]?.string == "Rack before 1.1.3: yes\n  indented\n\nlast\n")
        #expect(node["folded"]?.string == "one two\nthree")
        #expect(node["patched_versions"]?.strings == ["~> 1.1.3", ">= 1.4.0"])
        #expect(node["nested"]?.elements.first?["version"]?.string == "1")
        #expect(node["nested"]?.elements.last?.strings == ["x", "y"])
        let flow = node["flow"]?.elements ?? []
        #expect(flow.count == 3 && flow[1].string == "b, c")
        #expect(flow.last?["q"]?.strings == ["1", "2"] && flow.last?["k"]?.string == "v")
        #expect(node["empty"] != nil && node["empty"]?.string == nil && node["tilde"]?.string == nil)
    }

    @Test(
        "What is not read here is refused with its line",
        arguments: [
            ("a: &x 1\nb: *x\n", 1), ("a: !tag x\n", 1), ("a: 1\na: 2\n", 2), ("a: [1, 2\n", 1), ("a: \"x\n", 1),
            ("a: 1\n   b: 2\n", 2), ("? x\n", 1), ("a:\n  - 1\n b: 2\n", 3), ("a: {b: 1, b: 2}\n", 1),
            ("a: |x\n  y\n", 1),
        ]
    )
    func refused(text: String, line: Int) {
        let error = #expect(throws: YAMLError.self) { try parse(text) }
        #expect(error?.line == line, "\(text)")
    }

    @Test("Only the first document is read, and JSON is YAML")
    func documents() throws {
        #expect(try parse("a: 1\n---\nb: 2\n")["b"] == nil)
        #expect(try parse("a: 1\n...\nrubbish: [\n")["a"]?.string == "1")
        #expect(
            try parse("{\"a\": [1, {\"b\": \"x\\ny\"}],\n \"c\": null}")["a"]?.elements.last?["b"]?.string == "x\ny"
        )
        #expect(try parse("") == .scalar("", isPlain: true))
        #expect(try parse("just text\n").string == "just text")
    }

    @Test("Nesting and size are bounded, and no text takes long")
    func bounds() {
        let deep = String(repeating: "- ", count: 100_000)
        #expect(throws: YAMLError.self) { try parse(deep) }
        #expect(throws: YAMLError.self) { try parse(String(repeating: "[", count: 100_000)) }
        #expect(throws: YAMLError.self) { try parse(String(repeating: "{a: ", count: 100_000)) }
        var limits = YAMLLimits()
        limits.maxNodes = 10
        #expect(throws: YAMLError.self) {
            try YAMLReader.parse(Array(String(repeating: "- a\n", count: 11).utf8), limits: limits)
        }
        _ = try? parse(String(repeating: "a\n", count: 200_000))  // Either answer is right; the time is what counts.
        _ = try? parse("a: \"" + String(repeating: "\n \\\n", count: 100_000))  // Likewise.
    }

    @Test("Truncated, changed and random documents are survived")
    func damage() {
        let text =
            "---\na: \"x\\u00e9\"\nb:\n  - c: |\n      t\n    d: 'e'\n  - [f, {g: h}]\ni: >-\n  j\n\n  k\n# l\nm: n\n  o\n"
        let bytes = Array(text.utf8)
        // No trap is all that is asked here.
        for count in bytes.indices { _ = try? YAMLReader.parse(Array(bytes[..<count])) }
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            _ = try? YAMLReader.parse(copy)  // Likewise.
            _ = try? YAMLReader.parse(random.bytes(random.below(60)))  // Likewise.
        }
    }
}
