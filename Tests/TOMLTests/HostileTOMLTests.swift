import TOML
import TallymanTesting
import Testing

@Suite("Hostile TOML")
struct HostileTOMLTests {
    private static let sample = Array(
        """
        title = "x\\u00e9" # c
        [a.b]
        n = [1, 2.5, 0xff, 1979-05-27T07:32:00Z, { x.y = 'z', w = \"\"\"
        many \\
          lines\"\"\" }]
        [[p]]
        'q.r' = true
        [[p.f]]
        d = 07:32:00
        """.utf8
    )

    @Test("Truncated and changed documents give a table or an error, never a trap")
    func damaged() {
        for length in Self.sample.indices { _ = TOMLDocument.recover(Array(Self.sample[..<length])) }
        var random = SeededRandom(seed: 7)
        for _ in 0..<5000 {
            var copy = Self.sample
            for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            if random.oneIn(4) { copy.removeSubrange(random.below(copy.count)...) }
            _ = TOMLDocument.recover(copy)
            _ = TOMLDocument.recover(random.bytes(random.below(60)))
        }
    }

    @Test(
        "Depth without end is refused before it is entered",
        arguments: [
            "a = " + String(repeating: "[", count: 200_000), "a = " + String(repeating: "{a=", count: 200_000),
            "[" + String(repeating: "a.", count: 200_000) + "a]", String(repeating: "a.", count: 200_000) + "a = 1",
            "a = {" + String(repeating: "b.", count: 200_000) + "b = 1}",
        ]
    )
    func deep(text: String) {
        #expect(throws: TOMLError.self) { try TOMLDocument.parse(Array(text.utf8)) }
    }

    @Test("The number of values is bounded, implied tables included")
    func many() {
        var limits = TOMLLimits()
        limits.maxValues = 1000
        for text in [
            "a = [" + String(repeating: "1,", count: 2000) + "]", String(repeating: "[[a]]\n", count: 2000),
            (0..<50).map { "[" + String(repeating: "k\($0).", count: 30) + "x]\n" }.joined(),
            (0..<50).map { String(repeating: "k\($0).", count: 30) + "x = 1\n" }.joined(),
            "a = {" + (0..<50).map { String(repeating: "k\($0).", count: 30) + "x = 1" }.joined(separator: ",") + "}",
        ] {
            #expect(throws: TOMLError.self) { try TOMLDocument.parse(Array(text.utf8), limits: limits) }
        }
    }

    @Test("A long file of damaged lines is read in linear time")
    func manyProblems() {
        let text = String(repeating: "[[a]]\nb = \"\"\"\\q\n", count: 20_000)
        let document = TOMLDocument.recover(Array(text.utf8))
        #expect(document.problems.count == TOMLLimits().maxProblems)
    }
}
