import LinearRegex
import ScanModel

/// The rules of a search, made ready; shared by all files.
package struct SecretRules: Sendable {
    package let rules: [SecretRule]
    /// Bytes of a file that are searched.
    package let maxFileBytes: Int64
    let table: KeywordTable
    /// For each keyword the rules that it makes look.
    let rulesOfKeyword: [[Int]]
    /// Rules that have to be tried on every line, for no text is sure to be in what they match.
    let everyLine: [Int]

    /// 32 MiB: the largest text files of images are package indexes and bundles of scripts.
    package static let defaultFileBytes: Int64 = 32 << 20

    package init(_ rules: [SecretRule], maxFileBytes: Int64 = defaultFileBytes) {
        self.rules = rules
        self.maxFileBytes = maxFileBytes
        var numbers: [[UInt8]: [Int]] = [:]
        var everyLine: [Int] = []
        for (number, rule) in rules.enumerated() {
            if rule.keywords.isEmpty { everyLine.append(number) }
            for keyword in rule.keywords { numbers[keyword, default: []].append(number) }
        }
        let keywords = numbers.keys.sorted { $0.lexicographicallyPrecedes($1) }
        table = KeywordTable(keywords)
        rulesOfKeyword = keywords.map { numbers[$0] ?? [] }
        self.everyLine = everyLine
    }

    /// Anchore Engine's five expressions and the wider set of our own.
    package static let standard = SecretRules(anchore + tokens)

    /// The standard rules and others; one of the same name takes the place of a standard rule.
    package init(adding own: [SecretRule]) {
        let names = Set(own.map(\.name))
        self.init(Self.standard.rules.filter { !names.contains($0.name) } + own)
    }

    /// Whether findings of the wider set count in a file: what documentation and tests show is no secret of the image's.
    static func isWorthSearching(_ path: LayerPath) -> Bool {
        let text = "/" + path.text.lowercased()
        return !passedOver.contains { text.contains($0) } && !passedOverEndings.contains { text.hasSuffix($0) }
    }

    private static let passedOver = [
        "/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/help/",
        "/testdata/", "/tests/", "/test/", "/__tests__/", "/fixtures/", "/spec/", "/examples/",
    ]
    private static let passedOverEndings = [".md", ".rst", ".adoc", ".pod", "_test.go", ".test.js", ".spec.ts"]
}
