import LinearRegex
import ScanModel

extension Gate {
    static let retrievedFiles = Gate(
        "retrieved_files",
        "Checks against content and/or presence of files retrieved at analysis time from an image",
        [FileNotRetrievedTrigger.self, RetrievedContentTrigger.self]
    )
}

private let pathParameter = Parameter(
    "path",
    .text,
    required: true,
    example: "/etc/httpd.conf",
    "The path of the file to verify has been retrieved during analysis"
)

/// Fires once; Anchore Engine does so twice where nothing at all was retrieved.
private struct FileNotRetrievedTrigger: ImageTrigger {
    static let name = "content_not_available"
    static let summary = "Triggers if the specified file is not present/stored in the evaluated image."
    static let parameters = [pathParameter]

    private let path: String

    init(_ values: ParameterValues) { path = values.text("path") ?? "" }

    var needs: CollectionPlan { CollectionPlan(parts: [.retrieve], retrievedPaths: [path]) }

    func findings(in image: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        image.retrievedFiles.value?[path] == nil ? [TriggerFinding("Cannot locate file in the image analysis")] : []
    }
}

/// A file counts as matching where a word of it, or a line of it, matches from its start.
///
/// Anchore Engine tries words alone, so that expressions with spaces never match there.
private struct RetrievedContentTrigger: ImageTrigger {
    static let name = "content_regex"
    static let summary = "Evaluation of regex on retrieved file content"
    static let parameters = [
        pathParameter,
        Parameter(
            "regex",
            .regex,
            required: true,
            example: ".*SSlEnabled.*",
            "The regex to evaluate against the content of the file"
        ),
        Parameter(
            "check",
            .choice(["match", "no_match"]),
            required: true,
            example: "match",
            "The type of check to perform with the regex"
        ),
    ]

    private let path: String
    private let pattern: RegexPattern
    private let check: String
    private let id: String

    init(_ values: ParameterValues) throws(ParameterError) {
        path = values.text("path") ?? ""
        pattern = try RegexPattern(parameter: "regex", values.text("regex") ?? "")
        check = values.text("check") ?? "match"
        id = "\(values.ruleID ?? "None")+file://\(path)"
    }

    var needs: CollectionPlan { CollectionPlan(parts: [.files, .retrieve], retrievedPaths: [path]) }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        guard let content = try image.retrievedFiles.get()[path] else {
            // What is there was not asked for, is too large, or is a link: that it does not match is not known.
            guard let file = try image.files.get().resolving(path), file.kind != .directory else { return [] }
            throw Unjudged(.notCollected, "the content of \(path) was not kept")
        }
        let matcher = context.matcher(of: pattern)
        guard try matches(content, matcher) == (check == "match") else { return [] }
        return [
            TriggerFinding(
                "Content regex '\(pattern.text)' check '\(check)' found in retrieved file '\(path)'",
                id: id
            )
        ]
    }

    private func matches(_ content: String, _ matcher: RegexMatcher) throws(Unjudged) -> Bool {
        for word in PythonText.words(content) where try matcher.judge(word) { return true }
        for line in content.split(whereSeparator: \.isNewline) where try matcher.judge(PythonText.stripped(line)) {
            return true
        }
        return false
    }
}
