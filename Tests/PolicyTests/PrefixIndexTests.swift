import TallymanTesting
import Testing

@testable import Policy

@Suite("Texts by which others begin")
struct PrefixIndexTests {
    private static func text(_ random: inout SeededRandom) -> String {
        let letters = ["a", "b", "CVE-", "+", "\u{e9}", "e\u{301}", "\u{1f600}"]
        return (0..<random.below(6)).map { _ in letters[random.below(letters.count)] }.joined()
    }

    @Test("All of them are found, by their bytes", arguments: 0..<200 as Range<UInt64>)
    func all(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var numbers: [[UInt8]: [Int]] = [:]
        for number in 0..<random.below(60) { numbers[Array(Self.text(&random).utf8), default: []].append(number) }
        let index = PrefixIndex(numbers)
        for _ in 0..<50 {
            let text = Self.text(&random)
            var found: [Int] = []
            index.add(to: &found, beginningsOf: text)
            #expect(found.sorted() == numbers.filter { text.utf8.starts(with: $0.key) }.flatMap(\.value).sorted())
        }
    }
}
