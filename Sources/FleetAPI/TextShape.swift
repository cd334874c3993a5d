import LinearRegex
import VEX

/// What a text that clients send may be: the pattern and the lengths that are published are those that are checked.
package struct TextShape: Sendable {
    /// A regular expression over the whole text, in the common part of ECMA-262 and Python.
    package let pattern: String
    /// In Unicode scalars, as JSON Schema counts.
    package let lengths: ClosedRange<Int>
    /// The `format` of JSON Schema that it has beside the pattern.
    package let format: String?
    package let example: String
    private let expression: RegexPattern?
    private let isMore: @Sendable (String) -> Bool

    /// `isMore` checks what `format` says and no pattern can.
    init(
        _ pattern: String,
        _ lengths: ClosedRange<Int>,
        format: String? = nil,
        example: String,
        isMore: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.pattern = pattern
        self.lengths = lengths
        self.format = format
        self.example = example
        self.isMore = isMore
        expression = try? RegexPattern(pattern)  // our own patterns, of which a test says that they are good
    }

    /// Whether `text` is of this shape.
    package func matches(_ text: String) -> Bool {
        // Python's `$` takes a line end after it, JSON Schema's does not.
        guard lengths.contains(text.unicodeScalars.count), !text.utf8.contains(0x0a), let expression else {
            return false
        }
        let isMatch = (try? expression.matches(text)) ?? false  // too costly a text is none
        return isMatch && isMore(text)
    }

    /// One line without control characters.
    package static func line(_ most: Int, example: String) -> TextShape {
        TextShape(#"^[^\x00-\x1f\x7f-\x9f]+$"#, 1...most, example: example)
    }

    package static let digest = TextShape(
        "^sha256:[0-9a-f]{64}$",
        71...71,
        example: "sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"
    )
    package static let cursor = TextShape("^[A-Za-z0-9_-]+$", 1...4096, example: "WyIxIl0")
    package static let flaw = TextShape("^[A-Za-z0-9][A-Za-z0-9._:-]*$", 1...128, example: "CVE-2024-3094")
    package static let platform = TextShape(
        "^[a-z0-9]+/[a-z0-9]+(/[a-z0-9]+)?$",
        3...64,
        example: "linux/amd64"
    )
    /// What a run scans: a registry, a repository or an image.
    ///
    /// All that matches is a `RegistryTarget`; a test says so.
    package static let target = TextShape(
        "^[a-z0-9]+([.-][a-z0-9]+)*(:[1-9][0-9]{0,3})?(/[a-z0-9]+([._-][a-z0-9]+)*)*"
            + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,60})?$",
        1...200,
        example: "registry.example/team/app:1.2"
    )
    package static let imagePattern = TextShape("^[!-~]+$", 1...128, example: "registry.example/team/**")
    package static let day = TextShape(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        10...10,
        format: "date",
        example: "2027-01-31",
        isMore: { CalendarDay($0) != nil }
    )
}
