/// A regular expression in the syntax of Python's `re`, matched in time linear in the text.
///
/// Python's engine and Swift's try one way after the other, which takes exponential time for patterns such as `(a+)+$`;
/// this one follows all ways at once (Cox, "Regular Expression Matching Can Be Simple And Fast", 2007). It says whether
/// a text matches, not where, so the greediness of quantifiers is of no account. Look-ahead and look-behind of any length
/// are decided by a pass of their own over the text; back references cannot be, and are refused.
package struct RegexPattern: Sendable {
    /// As it was written.
    package let text: String
    let program: RegexProgram
    /// Texts in small ASCII letters of which each match holds at least one, whatever its case; empty where none is sure.
    package let requiredLiterals: [[UInt8]]

    /// Reads a pattern; throws where it is none, or needs what cannot be matched in linear time.
    package init(_ text: String) throws(RegexSyntaxError) {
        self.text = text
        let node = try RegexParser.parse(text)
        program = try RegexProgram(node)
        requiredLiterals = RequiredLiterals.of(node)
    }

    /// Whether `text` matches from its start; for single questions, a ``RegexMatcher`` remembers what it learned.
    package func matches(_ text: String) throws(RegexBudgetError) -> Bool {
        let matcher = RegexMatcher(self)
        return try matcher.matches(text)
    }
}
