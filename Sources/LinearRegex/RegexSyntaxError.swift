/// Why a text is no regular expression, or none that can be matched in linear time.
package struct RegexSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the pattern, in characters (Unicode scalars) from 0.
    package var offset: Int
    package var reason: String

    package var description: String { "\(reason) at position \(offset)" }
}

/// A match was given up: it would have taken more steps than it was allowed.
package struct RegexBudgetError: Error, Hashable, Sendable, CustomStringConvertible {
    package init() {}

    package var description: String { "the regular expression is too costly for this image" }
}
