import Testing

@testable import LinearRegex

@Suite("Texts that a pattern cannot match without")
struct RequiredLiteralsTests {
    @Test(
        arguments: [
            ("abc", ["abc"]), ("(?i)ABC", ["abc"]), ("a.bcd", ["bcd"]), ("a|b", ["a", "b"]), ("abc|.", []),
            ("api(-|_)key", ["api-key", "api_key"]), ("(?i).*aws_access_key_id( *=+ *).*", ["aws_access_key_id"]),
            ("-+BEGIN(.*)PRIVATE KEY-+", ["private key"]), ("[ab]cd", ["acd", "bcd"]), ("[a-z]+", []),
            ("x{3}", ["xxx"]),
            ("x{0,3}", []), ("(?:ab)+c", ["ab"]), ("(?=abc).*", []), ("^$", []), ("\\d\\w", []),
            ("(foo.*)barbar", ["barbar"]),
            ("[^a]bc", ["bc"]), ("(?:abc|abd.*)x", ["abc", "abd"]), ("", []), ("é", []),
        ] as [(String, [String])]
    )
    func literals(_ pattern: String, _ expected: [String]) throws {
        #expect(try RegexPattern(pattern).requiredLiterals.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(
        "Each match of a pattern holds one of its texts",
        arguments: ["(a|bc)d+e?fg", "x[yz]{2}(?:q|rs)t", "(?i)ab.cd"]
    )
    func soundness(_ text: String) throws {
        let pattern = try RegexPattern(text)
        let words = ["adfg", "bcdddefg", "xyzqt", "xzzrst", "aB-Cd", "AB.CD", "adefg"]
        for word in words where try pattern.matches(word) {
            #expect(
                pattern.requiredLiterals.contains { word.lowercased().contains(String(decoding: $0, as: UTF8.self)) }
            )
        }
    }
}
