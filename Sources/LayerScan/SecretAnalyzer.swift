import LinearRegex
import ScanModel
import SecretSearch

/// Finds secrets in text files: the standard rules, and expressions of the user's own.
struct SecretAnalyzer: FileAnalyzer {
    let name = "secret-search"
    private let rules: SecretRules

    /// Throws `RegexSyntaxError` where an expression is none.
    init(_ own: [NamedPattern]) throws {
        rules =
            own.isEmpty
            ? .standard
            : SecretRules(
                adding: try own.map {
                    SecretRule(
                        name: $0.name ?? $0.pattern,
                        title: "configured expression",
                        pattern: try RegexPattern($0.pattern)
                    )
                }
            )
    }

    func makeReading() -> any FileReading { Reading(rules) }

    private final class Reading: FileReading {
        private let matchers: SecretMatchers
        private var scanner: SecretScanner?

        init(_ rules: SecretRules) { matchers = SecretMatchers(rules) }

        func begins(_ file: ExaminedFile) -> Bool {
            scanner = file.size > 0 ? SecretScanner(matchers, path: file.path) : nil
            return scanner != nil
        }

        func consume(_ bytes: UnsafeRawBufferPointer) { scanner?.consume(bytes) }

        func finish(into result: inout FileResult) {
            result.findings.secrets += scanner?.finish() ?? []
            if let gap = scanner?.gap { result.problems.append(gap) }
            scanner = nil
        }
    }
}
