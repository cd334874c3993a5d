/// A place in a file that looks like a secret.
///
/// What was found is nowhere in it.
package struct SecretFinding: Hashable, Sendable, Codable {
    /// The rule's name: `AWS_ACCESS_KEY`, `github-token`.
    package var rule: String
    /// What the rule looks for, in words.
    package var title: String
    /// The rule's regular expression: policies name findings by it.
    package var pattern: String
    package var path: LayerPath
    /// From 1.
    package var line: Int
    /// Bytes from the start of the file to what made the rule look.
    package var offset: Int64
    /// The rule's own keyword as it stands in the file, with `…` for the rest; `…` alone for the rules of users.
    package var excerpt: String

    /// What stands for all of a secret that a rule of a user's found.
    private static let hidden = "…"
    /// The names of the expressions that Anchore Engine searches with unless it is told otherwise.
    private static let anchores: Set<String> = [
        "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "PRIV_KEY", "DOCKER_AUTH", "API_KEY",
    ]

    /// Whether one of those found it, and no rule of a user's by the same name.
    package var isAnchores: Bool { Self.anchores.contains(rule) && !isOfUser }
    package var isOfUser: Bool { excerpt == Self.hidden }

    package init(
        rule: String,
        title: String,
        pattern: String,
        path: LayerPath,
        line: Int,
        offset: Int64,
        excerpt: String
    ) {
        self.rule = rule
        self.title = title
        self.pattern = pattern
        self.path = path
        self.line = line
        self.offset = offset
        self.excerpt = excerpt
    }
}
