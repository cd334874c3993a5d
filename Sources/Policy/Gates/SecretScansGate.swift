import LinearRegex
import ScanModel

extension Gate {
    static let secretScans = Gate(
        "secret_scans",
        "Checks for secrets and content found in the image by the configured search for secrets.",
        [SecretTrigger.self]
    )
}

private struct SecretTrigger: ImageTrigger {
    static let name = "content_regex_checks"
    static let summary =
        "Triggers if the search for secrets has found any matches with the configured and named regexes, or where it has "
        + "found none, by the parameter match_type."
    static let parameters = [
        Parameter(
            "content_regex_name",
            .text,
            example: "AWS_ACCESS_KEY",
            "Name of a configured expression, instead of all. By default there are AWS_ACCESS_KEY, AWS_SECRET_KEY, "
                + "PRIV_KEY, DOCKER_AUTH, API_KEY."
        ),
        Parameter("filename_regex", .regex, example: "/etc/.*", "Regexp to filter the content matched files by."),
        Parameter(
            "match_type",
            .choice(["notfound", "found"]),
            example: "found",
            "Trigger if a match is found (default) or not found."
        ),
    ]

    private let wanted: String?
    private let pattern: RegexPattern?
    private let firesWhereFound: Bool

    init(_ values: ParameterValues) throws(ParameterError) {
        wanted = values.text("content_regex_name").flatMap { $0.isEmpty ? nil : $0 }
        let filter = values.text("filename_regex").flatMap { $0.isEmpty ? nil : $0 }
        if let filter {
            pattern = try RegexPattern(parameter: "filename_regex", filter)
        } else {
            pattern = nil
        }
        firesWhereFound = values.text("match_type") != "notfound"
    }

    var needs: CollectionPlan { CollectionPlan(parts: [.secrets]) }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let matcher = pattern.map { context.matcher(of: $0) }
        var found: [TriggerFinding] = []
        for match in try image.secretMatches.get() where isWanted(match) {
            if let matcher, try !matcher.judge(match.path) { continue }
            found.append(
                TriggerFinding(
                    "Secret content search analyzer found regexp match in container: "
                        + "file=\(match.path) regexp=\(match.configured)"
                )
            )
        }
        if firesWhereFound { return found }
        guard found.isEmpty else { return [] }
        return [
            TriggerFinding(
                "Secret content search analyzer did not find regexp match in container: "
                    + "filename_regex=\(pattern?.text ?? "*") content_regex_name=\(wanted ?? "all")"
            )
        ]
    }

    /// A name may be one of several in the parameter: bundles have come to rely on lists there.
    private func isWanted(_ match: ContentMatch) -> Bool {
        guard let wanted else { return true }
        if let name = match.name, !name.isEmpty, wanted.contains(name) { return true }
        return !match.pattern.isEmpty && wanted.contains(match.pattern)
    }
}
