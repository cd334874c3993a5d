package import LinearRegex

/// What one kind of secret looks like.
package struct SecretRule: Sendable {
    /// Which text the expression is tried on, always from its start.
    package enum Scope: Sendable {
        /// The line that a keyword stands in, as Anchore Engine's analyzer tries its expressions.
        case line
        /// What begins with a keyword; `isWord` where no letter or digit may stand in front of it.
        case keyword(isWord: Bool)
    }

    /// What policies and reports call it.
    package let name: String
    package let title: String
    package let pattern: RegexPattern
    package let scope: Scope
    /// In small letters; a file without any of them has no such secret.
    ///
    /// Empty where every line has to be tried.
    let keywords: [[UInt8]]
    /// Whether findings show the keyword: that of a user's rule may be the secret.
    let showsKeyword: Bool
    /// What has to be true of the text that was found, beside the expression.
    let evidence: SecretEvidence?

    /// A rule that is tried on every line that may match, with no exceptions.
    package init(name: String, title: String, pattern: RegexPattern, showsKeyword: Bool = false) {
        self.name = name
        self.title = title
        self.pattern = pattern
        scope = .line
        self.showsKeyword = showsKeyword
        evidence = nil
        let literals = pattern.requiredLiterals
        keywords =
            literals.allSatisfy { (KeywordTable.window...KeywordTable.maxLength).contains($0.count) } ? literals : []
    }

    /// One of the built-in rules.
    init(
        _ name: String,
        _ title: String,
        _ keywords: [String],
        _ pattern: String,
        scope: Scope = .keyword(isWord: true),
        _ evidence: SecretEvidence? = .token
    ) throws(RegexSyntaxError) {
        self.name = name
        self.title = title
        self.pattern = try RegexPattern(pattern)
        self.scope = scope
        self.keywords = keywords.map { $0.utf8.map(KeywordTable.small) }
        showsKeyword = true
        self.evidence = evidence
    }
}
