import LinearRegex
import ScanModel

extension Gate {
    static let files = Gate(
        "files",
        "Checks against files in the analyzed image including file content, file names, and filesystem attributes.",
        [ContentMatchTrigger.self, NameMatchTrigger.self, AttributeMatchTrigger.self, SetIDTrigger.self]
    )
}

private struct ContentMatchTrigger: ImageTrigger {
    static let name = "content_regex_match"
    static let summary =
        "Triggers for each file where the content search found a match of its configured expressions, or of the one named."
    static let parameters = [
        Parameter(
            "regex_name",
            .text,
            example: ".*password.*",
            "Name, or text, of a configured expression, to limit the check to."
        )
    ]

    /// `NAME`, `REGEX`, or both as the configuration of the search writes them, `NAME=REGEX`.
    private let wanted: String?

    init(_ values: ParameterValues) { wanted = values.text("regex_name").flatMap { $0.isEmpty ? nil : $0 } }

    /// What is no mere name is an expression, which can be searched for without being configured.
    var needs: CollectionPlan {
        var plan = CollectionPlan(parts: [.content])
        guard let wanted, !NamedPattern.isName(wanted) else { return plan }
        // A text that is no expression finds nothing either way.
        let isPattern = (try? RegexPattern(wanted)) != nil
        if isPattern { plan.contentPatterns = [NamedPattern(name: nil, pattern: wanted)] }
        return plan
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let matches = try image.contentMatches.get()
        if let wanted, !image.contentSearches.contains(where: { isWanted($0) }) {
            throw Unjudged(.notCollected, "no search for \(wanted) was run")
        }
        return matches.filter { isWanted(NamedPattern(name: $0.name, pattern: $0.pattern)) }.map {
            TriggerFinding(
                "File content analyzer found regexp match in container: file=\($0.path) regexp=\($0.configured)"
            )
        }
    }

    private func isWanted(_ expression: NamedPattern) -> Bool {
        guard let wanted else { return true }
        return expression.pattern == wanted || expression.name == wanted || expression.text == wanted
    }
}

private struct NameMatchTrigger: ImageTrigger {
    static let name = "name_match"
    static let summary = "Triggers if a file exists in the container whose path matches the provided regex."
    static let parameters = [
        Parameter("regex", .regex, required: true, example: ".*\\.pem", "Regex to apply to file names for match.")
    ]

    private let pattern: RegexPattern

    init(_ values: ParameterValues) throws(ParameterError) {
        pattern = try RegexPattern(parameter: "regex", values.text("regex") ?? "")
    }

    var needs: CollectionPlan { CollectionPlan(parts: [.files]) }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let files = try image.files.get()
        return try files.places(matching: pattern, context.matcher(of: pattern)).map { place in
            TriggerFinding(
                "Application of regex matched file found in container: file=\(files[place].path) "
                    + "regexp=\(pattern.text)"
            )
        }
    }
}

private struct AttributeMatchTrigger: ImageTrigger {
    static let name = "attribute_match"
    static let summary = "Triggers if a file exists in the container that has the provided attributes."
    static let parameters = [
        Parameter("filename", .text, required: true, example: "/etc/passwd", "File to check."),
        Parameter("checksum_algorithm", .choice(["sha256"]), example: "sha256", "Checksum algorithm."),
        Parameter(
            "checksum",
            .text,
            example: "832cd0f75b227d13aac82b1f70b7f90191a4186c151f9db50851d209c45ede11",
            "Checksum of file."
        ),
        Parameter(
            "checksum_match",
            .choice(["equals", "not_equals"]),
            example: "equals",
            "Checksum operation to perform."
        ),
        Parameter("mode", .text, example: "00644", "File mode of file, octal."),
        Parameter("mode_op", .choice(["equals", "not_equals"]), example: "equals", "File mode operation to perform."),
        Parameter(
            "skip_missing",
            .boolean,
            example: "true",
            "If true, the default, do not fire if the file is not present. If false, fire then, whatever else is set."
        ),
    ]

    private let path: String
    private let checksum: String?
    private let checksumOperation: String
    private let mode: UInt32?
    private let modeOperation: String
    private let skipsMissing: Bool

    init(_ values: ParameterValues) throws(ParameterError) {
        path = values.text("filename") ?? ""
        checksum = values.text("checksum").flatMap { $0.isEmpty ? nil : $0 }
        checksumOperation = values.text("checksum_match") ?? "equals"
        modeOperation = values.text("mode_op") ?? "equals"
        skipsMissing = values.boolean("skip_missing") ?? true
        if let text = values.text("mode").map({ PythonText.stripped($0) }), !text.isEmpty {
            guard let mode = UInt32(text.hasPrefix("0o") ? String(text.dropFirst(2)) : text, radix: 8) else {
                throw ParameterError(parameter: "mode", reason: "no octal number")
            }
            self.mode = mode
        } else {
            mode = nil
        }
    }

    var needs: CollectionPlan { CollectionPlan(parts: checksum == nil ? [.files] : [.files, .digests]) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let files = try image.files.get()
        guard let file = files[path] else {
            return skipsMissing ? [] : [TriggerFinding("filename=\(path) and skip_missing=False")]
        }
        var parts: [String] = []
        if let checksum {
            guard files.hasDigests || file.sha256 != nil else {
                throw Unjudged(.notCollected, "the contents of files were not hashed")
            }
            // Anchore Engine's word for what has no content of its own.
            let actual = file.kind == .file ? file.sha256 ?? "" : "DIRECTORY_OR_OTHER"
            guard (actual == checksum) == (checksumOperation == "equals") else { return [] }
            parts.append("checksum=\(actual) op=\(checksumOperation) specified_checksum=\(checksum)")
        }
        if let mode {
            let actual = file.mode & 0o7777
            guard (actual == mode) == (modeOperation == "equals") else { return [] }
            parts.append(
                "mode=\(PythonText.octal(actual)) op=\(modeOperation) specified_mode=\(PythonText.octal(mode))"
            )
        }
        return parts.isEmpty ? [] : [TriggerFinding((["filename=\(path)"] + parts).joined(separator: " and "))]
    }
}

private struct SetIDTrigger: ImageTrigger {
    static let name = "suid_or_guid_set"
    static let summary = "Fires for each file found to have suid or sgid bit set."

    init(_: ParameterValues) {}

    var needs: CollectionPlan { CollectionPlan(parts: [.files]) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let files = try image.files.get()
        return files.setIDs.map { place in
            let file = files[place]
            return TriggerFinding(
                "SUID or SGID found set on file \(file.path). Mode: \(PythonText.octal(file.mode))"
            )
        }
    }
}
