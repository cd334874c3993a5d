import LinearRegex

/// `vulnerabilities/package`: flaws in packages by severity, scores, fixes and age.
///
/// A flaw without CVSS scores has the score -1, so that rules for low scores fire for it.
struct VulnerablePackageTrigger: Trigger {
    static let name = "package"
    static let summary = "Triggers if a found vulnerability in an image meets the comparison criteria."
    static let parameters =
        [
            Parameter(
                "package_type",
                .choice(["all", "os", "non-os"]),
                required: true,
                example: "all",
                "Only trigger for specific package type."
            ),
            Parameter(
                "severity_comparison",
                .choice(Comparison.words),
                example: ">",
                "The type of comparison to perform for severity evaluation; by default >."
            ),
            Parameter(
                "severity",
                .choice(PolicySeverity.allCases.map(\.rawValue)),
                example: "high",
                "Severity to compare against; by default unknown."
            ),
        ] + ScoreCheck.parameters(prefix: "") + [
            Parameter(
                "fix_available",
                .boolean,
                example: "true",
                "If present, the fix availability for the vulnerability record must match the value of this parameter."
            ),
            Parameter(
                "vendor_only",
                .boolean,
                example: "true",
                "If true, the default, flaws that the vendor will not fix do not count."
            ),
            Parameter(
                "max_days_since_creation",
                .integer,
                example: "7",
                "If provided, the vulnerability must be known for more days than this to trigger."
            ),
            Parameter(
                "max_days_since_fix",
                .integer,
                example: "30",
                "If provided, and only where fix_available is true, the fix must be known for more days than this."
            ),
        ] + ScoreCheck.parameters(prefix: "vendor_") + [
            Parameter(
                "package_path_exclude",
                .regex,
                example: ".*test\\.jar",
                "The regex of package paths whose vulnerabilities do not count; for packages of languages."
            )
        ]

    /// Whether packages of the distribution count, and those of languages.
    private let countsOS: Bool
    private let countsOthers: Bool
    private let comparison: Comparison
    private let severity: PolicySeverity
    private let hasFix: Bool?
    private let isVendorOnly: Bool
    private let daysSinceCreation: Int?
    private let daysSinceFix: Int?
    private let nvdChecks: [ScoreCheck]
    private let vendorChecks: [ScoreCheck]
    private let excluded: RegexPattern?

    init(_ values: ParameterValues) throws(ParameterError) {
        let type = values.text("package_type") ?? "all"
        countsOS = type != "non-os"
        countsOthers = type != "os"
        comparison = values.choice("severity_comparison") ?? .greater
        severity = values.choice("severity") ?? .unknown
        hasFix = values.boolean("fix_available")
        isVendorOnly = values.boolean("vendor_only") ?? true
        daysSinceCreation = values.integer("max_days_since_creation")
        daysSinceFix = values.integer("max_days_since_fix")
        nvdChecks = ScoreCheck.checks(values, prefix: "")
        vendorChecks = ScoreCheck.checks(values, prefix: "vendor_")
        if let text = values.text("package_path_exclude") {
            excluded = try RegexPattern(parameter: "package_path_exclude", text)
        } else {
            excluded = nil
        }
    }

    var reads: FactReading {
        FactReading(
            findings: true,
            scores: !nvdChecks.isEmpty || !vendorChecks.isEmpty,
            vendorScores: !vendorChecks.isEmpty,
            ages: daysSinceCreation != nil || daysSinceFix != nil
        )
    }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let exclusion = excluded.map { context.matcher(of: $0) }
        var found: [TriggerFinding] = []
        for flaw in try image.vulnerabilities.get() {
            guard let finding = try finding(flaw, exclusion, context) else { continue }
            found.append(finding)
        }
        return found
    }

    private func finding(
        _ flaw: VulnerabilityFact,
        _ exclusion: RegexMatcher?,
        _ context: EvaluationContext
    ) throws(Unjudged) -> TriggerFinding? {
        guard flaw.isOS ? countsOS : countsOthers, comparison.holds(flaw.severity, severity),
            !(isVendorOnly && flaw.willNotFix), hasFix == nil || hasFix == !flaw.fixedVersions.isEmpty
        else { return nil }
        var times: [String] = []
        if let daysSinceCreation {
            if let detected = flaw.detected, !context.hasCome(detected.later(days: daysSinceCreation)) { return nil }
            if let detected = flaw.detected { times.append("max_days_since_creation=\(detected.date)") }
        }
        if hasFix == true, let daysSinceFix, let observed = flaw.fixObserved {
            guard context.hasCome(observed.later(days: daysSinceFix)) else { return nil }
            times.append("max_days_since_fix=\(observed.date)")
        }
        guard let scores = ScoreCheck.passed(nvdChecks, flaw.nvdScores),
            let vendorScores = ScoreCheck.passed(vendorChecks, flaw.vendorScores)
        else { return nil }
        if !flaw.isOS, let exclusion, try exclusion.judge(flaw.package.location ?? "") { return nil }

        return TriggerFinding(
            flaw.message.adding(scores, times, vendorScores),
            id: flaw.triggerID,
            otherIDs: flaw.otherTriggerIDs
        )
    }
}

/// One score that a rule sets a bound for.
struct ScoreCheck: Sendable {
    private enum Kind: String, CaseIterable {
        case base = "cvss_v3_base_score"
        case exploitability = "cvss_v3_exploitability_score"
        case impact = "cvss_v3_impact_score"

        func score(_ scores: VulnerabilityFact.Scores) -> Double {
            switch self {
            case .base: scores.base
            case .exploitability: scores.exploitability
            case .impact: scores.impact
            }
        }
    }

    private let kind: Kind
    private let name: String
    private let comparison: Comparison
    private let bound: Double

    static func parameters(prefix: String) -> [Parameter] {
        let whose = prefix.isEmpty ? "NVD's" : "the vendor's"
        return Kind.allCases.flatMap { kind in
            let what = "\(whose) \(kind.rawValue.split(separator: "_").dropFirst().joined(separator: " "))"
            return [
                Parameter(
                    "\(prefix)\(kind.rawValue)_comparison",
                    .choice(Comparison.words),
                    example: ">",
                    "The type of comparison to perform for \(what); by default >=."
                ),
                Parameter("\(prefix)\(kind.rawValue)", .decimal, example: "5.0", "Bound for \(what)."),
            ]
        }
    }

    static func checks(_ values: ParameterValues, prefix: String) -> [ScoreCheck] {
        Kind.allCases.compactMap { kind in
            let name = prefix + kind.rawValue
            return values.decimal(name).map { bound in
                ScoreCheck(
                    kind: kind,
                    name: name,
                    comparison: values.choice("\(name)_comparison") ?? .greaterOrEqual,
                    bound: bound
                )
            }
        }
    }

    /// What the message says of the scores, without those that are zero; `nil` where a check does not hold.
    static func passed(_ checks: [ScoreCheck], _ scores: [VulnerabilityFact.Scores]) -> [String]? {
        guard !checks.isEmpty else { return [] }
        var texts: [String] = []
        let versionThree = scores.filter { $0.version.hasPrefix("3") }
        for check in checks {
            let score = versionThree.map { check.kind.score($0) }.max() ?? -1
            guard check.comparison.holds(score, check.bound) else { return nil }
            if score != 0 { texts.append("\(check.name)=\(score)") }
        }
        return texts
    }
}
