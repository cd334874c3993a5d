import LinearRegex

/// A pattern of mappings and whitelists: `*` stands for any characters; behind `regexp:` stands a regular expression.
///
/// A star covers the whole text but no line end, as Anchore Engine makes `(.*)` of it; an expression is matched from the
/// text's start only.
struct Wildcard: Sendable {
    private static let regexPrefix = "regexp:"

    let text: String
    /// What stands in front of the first star; `nil` for regular expressions, which may match anything.
    let literalPrefix: String?
    /// `nil` where the pattern stands for itself alone.
    private let pattern: RegexPattern?

    /// Throws where a regular expression is none.
    init(_ text: String) throws(RegexSyntaxError) {
        self.text = text
        let stripped = PythonText.stripped(text)
        if stripped.hasPrefix(Self.regexPrefix) {
            literalPrefix = nil
            pattern = try RegexPattern(String(stripped.dropFirst(Self.regexPrefix.count)))
            return
        }
        let parts = text.split(separator: "*", omittingEmptySubsequences: false)
        literalPrefix = String(parts.first ?? "")
        guard parts.count > 1 else {
            pattern = nil
            return
        }
        // Stars in a row are one.
        var escaped = Self.escaped(parts[0])
        for (index, part) in parts.enumerated().dropFirst() {
            if !part.isEmpty || index == parts.count - 1 { escaped += ".*" + Self.escaped(part) }
        }
        pattern = try RegexPattern("^" + escaped + "$")
    }

    /// Whether every text is meant.
    var isAny: Bool { !text.isEmpty && text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } }

    /// Whether the pattern stands for one text only.
    var isLiteral: Bool { pattern == nil }

    func makeMatcher() -> RegexMatcher? { pattern.map { RegexMatcher($0) } }

    func matches(_ value: String) throws(RegexBudgetError) -> Bool {
        guard let pattern else { return value == text }
        return try pattern.matches(value)
    }

    private static func escaped(_ text: Substring) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            let isWord = scalar.value >= 128 || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            if !isWord, scalar != "_" { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }
}
