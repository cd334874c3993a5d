import Licenses
import TallymanTesting
import Testing

@Suite struct `Licence expressions` {
    /// Precedence and forms after SPDX specification v2.3, Annex D.
    @Test(arguments: [
        ("MIT", "MIT"), ("mit", "MIT"), ("apache-2.0", "Apache-2.0"), ("GPL-2.0+", "GPL-2.0+"),
        ("Apache-2.0+", "Apache-2.0+"), ("MIT AND ISC OR Zlib", "MIT AND ISC OR Zlib"),
        ("MIT OR ISC AND Zlib", "MIT OR ISC AND Zlib"), ("(MIT OR ISC) AND Zlib", "(MIT OR ISC) AND Zlib"),
        ("((MIT))", "MIT"), ("(MIT AND (ISC AND Zlib))", "MIT AND ISC AND Zlib"),
        ("GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("LicenseRef-a.b-1 or MIT", "LicenseRef-a.b-1 OR MIT"),
        ("DocumentRef-x:LicenseRef-y", "DocumentRef-x:LicenseRef-y"),
    ])
    func `identifiers and operators are read whatever their case`(text: String, expected: String) throws {
        let expression = try #require(LicenseExpression.parse(text))
        #expect("\(expression)" == expected)
        #expect(LicenseExpression.parse("\(expression)") == expression)
    }

    @Test(arguments: [
        "", " ", "NONE", "NOASSERTION", "MIT MIT", "MIT AND", "OR MIT", "(MIT", "MIT)", "()", "MIT WITH", "WITH MIT",
        "MIT WITH MIT", "MIT AND OR ISC", "NoSuchLicence", "LicenseRef-", "LicenseRef-ä", "Classpath-exception-2.0",
        "(MIT OR ISC) WITH Classpath-exception-2.0", String(repeating: "(", count: 4000), "DocumentRef-:LicenseRef-a",
        String(repeating: "MIT AND ", count: 2000) + "MIT",
    ])
    func `what is no expression is refused`(text: String) { #expect(LicenseExpression.parse(text) == nil) }

    @Test func `parentheses nest to a bound and no further`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "MIT" + String(repeating: ")", count: depth)
        }
        #expect(LicenseExpression.parse(nested(32)) != nil)
        #expect(LicenseExpression.parse(nested(33)) == nil)
    }

    @Test func `licences are listed once in their order, conjuncts one by one`() throws {
        let expression = try #require(
            LicenseExpression.parse("MIT AND (ISC OR MIT) AND GPL-2.0-only WITH LLVM-exception")
        )
        #expect(expression.licenses.map(\.description) == ["MIT", "ISC", "GPL-2.0-only WITH LLVM-exception"])
        #expect(expression.conjuncts.map(\.description) == ["MIT", "ISC OR MIT", "GPL-2.0-only WITH LLVM-exception"])
        #expect(expression.identifier == nil)
        #expect(LicenseExpression.parse("mit")?.identifier == "MIT")
        #expect(LicenseExpression.parse("LicenseRef-x")?.identifier == nil)
    }

    @Test func `random text never traps, and what parses prints as something that parses alike`() {
        let words = [
            "MIT", "ISC", "AND", "OR", "WITH", "(", ")", "GPL-2.0+", "LLVM-exception", "or later", "v2", "/", "+",
        ]
        var random = SeededRandom(seed: 11)
        for _ in 0..<3000 {
            let text = (0..<random.below(12)).map { _ in words[random.below(words.count)] }.joined(separator: " ")
            for expression in [LicenseExpression.parse(text), LicenseExpression.normalized(text)] {
                guard let expression else { continue }
                #expect(LicenseExpression.parse("\(expression)") == expression)
            }
            _ = LicenseExpression.normalized(String(decoding: random.bytes(random.below(60)), as: UTF8.self))
        }
    }
}
