import LinearRegex
import ScanModel
import TallymanTesting
import Testing

@testable import Policy

@Suite("Paths by what they hold")
struct PathSearchTests {
    private static let parts = [
        "etc", "ETC", ".pem", ".Pem", "key", "a", "/", "tls", "\u{e9}", ".p12", "x.pe", "m", "secrets",
    ]
    private static let patterns = [
        ".*\\.(pem|key|p12)$", ".*\\.pem$", "/etc", "(?i).*/tls", ".*", "/(a|b)*$", ".*secret[s]?", "(?i).*\\.PEM",
        "^/$",
        ".*\u{e9}", ".*m/", ".*(/etc){2}",
    ]

    private static func path(_ random: inout SeededRandom) -> String {
        "/" + (0..<random.below(8)).map { _ in parts[random.below(parts.count)] }.joined()
    }

    @Test("An expression finds the same paths as one held against each of them", arguments: 0..<30 as Range<UInt64>)
    func sameAsEach(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // More than are looked through at a time, some of them longer than that.
        var paths = Set((0..<random.below(3000)).map { _ in Self.path(&random) })
        if random.oneIn(2) { paths.insert("/" + String(repeating: "long/", count: 4000) + "a.pem") }
        let table = FileTable(paths.map { FileFact(path: $0, mode: 0o100644) })
        for text in Self.patterns {
            let pattern = try RegexPattern(text)
            let found = try table.places(matching: pattern, RegexMatcher(pattern))
            let expected = try (0..<table.count).filter { try pattern.matches(table[$0].path) }
            #expect(found == expected, "\(text)")
        }
    }

    @Test("Few paths are looked at for an expression with a text that they must hold")
    func looksAtFew() throws {
        var paths = PathColumn()
        for number in 0..<10_000 { paths.append(absolute: "/usr/share/doc/\(number)/copyright".utf8) }
        paths.append(absolute: "/usr/share/key.pem".utf8)
        var asked: [String] = []
        let found = paths.places(holding: [Array(".pem".utf8)]) { path in
            asked.append(String(decoding: path, as: UTF8.self))
            return true
        }
        #expect(asked == ["/usr/share/key.pem"] && found == [10_000])
    }

    @Test("Without a text, or with an empty one, each path is looked at")
    func looksAtAll() {
        var paths = PathColumn()
        for path in ["/a", "/b", "/c"] { paths.append(absolute: path.utf8) }
        for literals in [[], [[]], [[0x62], []]] as [[[UInt8]]] {
            let found = paths.places(holding: literals) { $0.last != 0x63 }
            #expect(found == [0, 1])
        }
        let none = PathColumn().places(holding: [[0x62]]) { _ in true }
        #expect(none.isEmpty)
    }
}
