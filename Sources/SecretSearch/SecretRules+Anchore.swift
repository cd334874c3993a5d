package import LinearRegex

extension SecretRules {
    /// The five expressions that Anchore Engine's analyzer is configured with, as its configuration writes them.
    package static let anchoreExpressions = [
        "AWS_ACCESS_KEY=(?i).*aws_access_key_id( *=+ *).*(?<![A-Z0-9])[A-Z0-9]{20}(?![A-Z0-9]).*",
        "AWS_SECRET_KEY=(?i).*aws_secret_access_key( *=+ *).*(?<![A-Za-z0-9/+=])[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=]).*",
        "PRIV_KEY=(?i)-+BEGIN(.*)PRIVATE KEY-+",
        "DOCKER_AUTH=(?i).*\"auth\": *\".+\"",
        "API_KEY=(?i).*api(-|_)key( *=+ *).*(?<![A-Z0-9])[A-Z0-9]{20,60}(?![A-Z0-9]).*",
    ]

    private static let anchoreTitles = [
        "AWS_ACCESS_KEY": "access key of AWS", "AWS_SECRET_KEY": "secret key of AWS", "PRIV_KEY": "private key",
        "DOCKER_AUTH": "login of a container registry", "API_KEY": "key of an API",
    ]

    static let anchore: [SecretRule] = anchoreExpressions.compactMap {
        // All of them can be read: a test says so.
        try? named($0, showsKeyword: true)
    }

    /// A rule out of `NAME=REGEX`, or a regular expression alone, which is its own name.
    ///
    /// It is tried on each line from its start, as Anchore Engine does.
    package static func named(_ text: String) throws(RegexSyntaxError) -> SecretRule {
        try named(text, showsKeyword: false)
    }

    private static func named(_ text: String, showsKeyword: Bool) throws(RegexSyntaxError) -> SecretRule {
        let sign = text.firstIndex(of: "=")
        let name = sign.map { String(text[..<$0]) } ?? text
        let pattern = sign.map { String(text[text.index(after: $0)...]) } ?? text
        return SecretRule(
            name: name,
            title: anchoreTitles[name] ?? "configured expression",
            pattern: try RegexPattern(pattern),
            showsKeyword: showsKeyword
        )
    }
}
