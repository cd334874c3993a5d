import LinearRegex
import TallymanTesting
import Testing

@Suite("Hostile regular expressions")
struct HostileRegexTests {
    @Test(
        "What takes a backtracking engine for ever is answered at once",
        arguments: [
            ("(a+)+$", String(repeating: "a", count: 50_000) + "!", false),
            ("(a|a)*$", String(repeating: "a", count: 50_000) + "!", false),
            ("(a|aa)+$", String(repeating: "a", count: 50_000) + "b", false),
            ("(.*)*x", String(repeating: "y", count: 50_000), false),
            ("(.*a){20}$", String(repeating: "a", count: 5000), true),
            ("(?:a?){200}a{200}$", String(repeating: "a", count: 200), true),
            (#"^(([a-z])+.)+[A-Z]([a-z])+$"#, String(repeating: "a", count: 20_000), false),
            ("(?=(a+)+$)b", String(repeating: "a", count: 20_000) + "!", false),
        ]
    )
    func bombs(pattern: String, text: String, expected: Bool) throws {
        #expect(try RegexPattern(pattern).matches(text) == expected)
    }

    @Test("A matcher that would take too many steps gives up instead of going on")
    func budget() throws {
        let pattern = try RegexPattern("(?:a?){900}(?:b?){900}(?:[ab]?){900}c")
        let matcher = RegexMatcher(pattern, budget: 1_000_000)
        #expect(throws: RegexBudgetError.self) {
            try matcher.matches(String(repeating: "ab", count: 100_000))
        }
    }

    @Test(
        "Patterns that grow without bound are refused before they have grown",
        arguments: [
            "((a{1000}){1000}){1000}", "(((){1000}){1000}){1000}", "a{99999999999999999999}", "(?:a{1,9999}){1,9999}",
            String(repeating: "(", count: 100_000), String(repeating: "(?:", count: 5000),
            String(repeating: "[", count: 9000),
            String(repeating: "a?", count: 50_000), String(repeating: "(?=", count: 200) + "a",
            String(repeating: "x{9}", count: 2000),
        ]
    )
    func growth(pattern: String) {
        #expect(throws: RegexSyntaxError.self) { try RegexPattern(pattern) }
    }

    @Test("Changed patterns are read or refused, and what is read matches or gives up, never traps")
    func mutations() {
        let samples = [
            #"(?i).*aws_secret_access_key( *=+ *).*(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=]).*"#,
            #"(?x) ^ (?P<a>[\w\-.]{1,5}?|\d+) # c"#, #"[^\]\x41-é]*?\b$|(?!\Z)(?<=a)|(?s:.)\A"#,
        ]
        let pieces = Array("()[]{}?*+|\\^$.,-:!=<>#iPxsw01é\n".unicodeScalars)
        var random = SeededRandom(seed: 11)
        for sample in samples {
            for _ in 0..<500 {
                var scalars = Array(sample.unicodeScalars)
                for _ in 0...random.below(4) {
                    let piece = pieces[random.below(pieces.count)]
                    switch random.below(3) {
                    case 0: scalars[random.below(scalars.count)] = piece
                    case 1: scalars.insert(piece, at: random.below(scalars.count))
                    default: scalars.remove(at: random.below(scalars.count))
                    }
                }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars)
                guard let pattern = try? RegexPattern(String(text)) else { continue }  // Most are none any more.
                let matcher = RegexMatcher(pattern, budget: 100_000)
                for input in ["", "aws_secret_access_key = AbC", String(text), "\u{0}\n\u{10ffff}"] {
                    _ = try? matcher.matches(input)  // Giving up is an answer.
                }
            }
        }
    }
}
