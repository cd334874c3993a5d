import LinearRegex
import Testing

@Suite("Regular expressions")
struct RegexTests {
    /// Answers of CPython 3.11's `re.match`.
    @Test(
        "Texts match as Python's re.match says",
        arguments: [
            (#".*\.pem"#, "/etc/ssl/key.pem", true), (#".*\.pem"#, "/etc/ssl/key.pem.bak", true),
            (#".*\.pem$"#, "/etc/ssl/key.pem.bak", false), ("etc", "/etc", false), ("^/etc", "/etc/x", true),
            ("(?i)ROOT", "root", true), ("root(?i)", "ROOT", true), ("(?i:ro)ot", "ROot", true),
            ("(?i:ro)ot", "ROOT", false), ("a{2,3}$", "aaaa", false), ("a{,2}$", "aa", true), ("a{b}", "a{b}", true),
            ("[]a]+$", "]a]", true), ("[^a-c]", "d", true), ("[^a-c]", "b", false), (#"[\d-]+$"#, "1-2", true),
            (#"\w+$"#, "été_1", true), (#"(?a)\w+$"#, "été", false), (#"\d"#, "٣", true), (#"\s"#, "\u{a0}", true),
            ("a$", "a\n", true), (#"a\Z"#, "a\n", false), ("a.b", "a\nb", false), ("(?s)a.b", "a\nb", true),
            (#"(?m)a$\nb"#, "a\nb", true), (#"\bfoo\b"#, "foo bar", true), (#"\bfoo\b"#, "food", false),
            (#".*(?<![A-Z0-9])[A-Z0-9]{4}(?![A-Z0-9])"#, "key=AB12", true),
            (#".*(?<![A-Z0-9])[A-Z0-9]{4}(?![A-Z0-9])"#, "key=AB123", false), ("(?!.*root)", "user", true),
            ("(?!.*root)", "the root", false), ("(?=.*b)(?=.*c)a", "abc", true), ("(?=.*b)(?=.*c)a", "abd", false),
            (#"(a|ab)(c|bcd)(d*)$"#, "abcd", true), ("(?P<name>x)(?#comment)y", "xy", true), ("|a", "b", true),
            ("(?x) a b # and c\n c", "abc", true), (#"\x41\u00e9\101"#, "AéA", true), ("(?i)k", "\u{212a}", true),
            ("(?i)[^k]", "\u{212a}", false), ("(?i)é", "É", true), ("a*?b+?c??$", "aabb", true), ("", "anything", true),
            ("(?:)*$", "", true), (#"\B"#, "", false), ("a|b|", "c", true), ("[a", "[a", nil),
        ]
    )
    func matches(pattern: String, text: String, expected: Bool?) throws {
        guard let expected else {
            #expect(throws: RegexSyntaxError.self) { try RegexPattern(pattern) }
            return
        }
        #expect(try RegexPattern(pattern).matches(text) == expected)
    }

    @Test(
        "What is no expression, or cannot be matched in linear time, is told with its place",
        arguments: [
            ("*.pem", "a quantifier with nothing to repeat at position 0"), ("a**", "a quantifier behind a quantifier"),
            ("(a", "a group without its closing bracket at position 0"),
            ("a)", "a closing bracket without an opening one"),
            (#"(a)\1"#, "back references are not supported at position 3"), ("(?P<a>x)(?P=a)", "back references"),
            ("(a)?(?(1)b|c)", "conditional groups"), ("a++", "possessive"), ("(?>a)", "atomic"),
            (#"\q"#, "unknown escape"),
            ("[z-a]", "a range"), ("[a", "a set without its closing bracket"), ("a{3,2}", "the least is more"),
            ("\\", "a backslash at the end"), (#"\x4"#, "an escape without its digits"), ("(?z)a", "unknown group"),
            ("(?P<1>a)", "a group's name"), ("^*", "nothing to repeat"), (#"(?a)\b"#, "word boundaries"),
        ]
    )
    func refused(pattern: String, reason: String) {
        do {
            _ = try RegexPattern(pattern)
            Issue.record("\(pattern) was read")
        } catch {
            #expect("\(error)".contains(reason), "\(error)")
        }
    }

    @Test("A matcher gives the same answers however often it is asked, also with more states than it keeps")
    func reuse() throws {
        let pattern = try RegexPattern("(.*a.{9}b|x+)$")
        let matcher = RegexMatcher(pattern)
        for number in 0..<700 {
            let text = (0..<24).map { (number >> ($0 % 10)) & 1 == 1 ? "a" : "b" }.joined() + "é"
            #expect(try matcher.matches(text) == pattern.matches(text))
        }
    }
}
