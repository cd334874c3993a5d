import LinearRegex

/// A pattern of mappings and whitelists: `*` stands for any characters; behind `regexp:` stands a regular expression.
///
/// A star covers the whole text but no line end, as Anchore Engine makes `(.*)` of it; an expression is matched from the
/// text's start only.
struct Wildcard: Sendable {
    private static let regexPrefix = "regexp:"

    private enum Form: Sendable {
        case literal
        /// What stands between the stars, one at least.
        case stars([[UInt8]])
        case regex(RegexPattern)
    }

    let text: String
    private let form: Form

    /// Throws where a regular expression is none.
    init(_ text: String) throws(RegexSyntaxError) {
        self.text = text
        let stripped = PythonText.stripped(text)
        if stripped.hasPrefix(Self.regexPrefix) {
            form = .regex(try RegexPattern(String(stripped.dropFirst(Self.regexPrefix.count))))
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map { Array($0) }
        form = parts.count > 1 ? .stars(parts) : .literal
    }

    /// What stands in front of the first star; `nil` for regular expressions, which may match anything.
    var literalPrefix: String? {
        switch form {
        case .literal: text
        case .stars(let parts): String(decoding: parts.first ?? [], as: UTF8.self)
        case .regex: nil
        }
    }

    /// Whether the pattern stands for one text only.
    var isLiteral: Bool {
        if case .literal = form { true } else { false }
    }

    /// A matcher for many texts; `nil` where none is needed (``matches(_:)``).
    func makeMatcher() -> RegexMatcher? {
        if case .regex(let pattern) = form { RegexMatcher(pattern) } else { nil }
    }

    func matches(_ value: String) throws(RegexBudgetError) -> Bool {
        switch form {
        case .literal: return value == text
        case .regex(let pattern): return try pattern.matches(value)
        case .stars(let parts):
            var value = value
            return value.withUTF8 { Self.matches($0[...], parts) }
        }
    }

    /// Finds the parts between the stars one after the other, each as early as it goes, the last at the end.
    private static func matches(_ value: Slice<UnsafeBufferPointer<UInt8>>, _ parts: [[UInt8]]) -> Bool {
        guard let first = parts.first, let last = parts.last, value.count >= first.count + last.count,
            value.starts(with: first), value.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = value.dropFirst(first.count).dropLast(last.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let start = Self.start(of: part, in: rest) else { return false }
            if rest[..<start].contains(UInt8(ascii: "\n")) { return false }
            rest = rest[start...].dropFirst(part.count)
        }
        return !rest.contains(UInt8(ascii: "\n"))
    }

    private static func start(of part: [UInt8], in value: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard part.count <= value.count else { return nil }
        return (value.startIndex...value.endIndex - part.count).first { value[$0...].starts(with: part) }
    }
}
