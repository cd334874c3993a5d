import LinearRegex

/// One evaluation of a bundle under way, in parts that may be run at the same time.
///
/// Which rule is in which part depends on the bundle alone, and each part has a bound of its own for expressions: what comes
/// of it is the same whether they are run one after the other or beside each other. With that of the rules about the image
/// alone (``ImageRuleFindings``) an evaluation may take three times what one such bound allows.
package struct BundleEvaluation: Sendable {
    /// What the rules of one part say, in their order.
    package struct Part: Sendable {
        fileprivate var verdicts: [RuleVerdict]
        fileprivate var validUntil: PolicyInstant?
    }

    /// A rule, and where it stands.
    private struct PlacedRule: Sendable {
        let rule: BundlePolicy.Rule
        let place: Int
        let policy: String
    }

    /// Into how many parts any bundle's rules are dealt.
    package static let parts = 2

    private let bundle: PolicyBundle
    private let image: ImageFacts
    private let imageRules: ImageRuleFindings
    private let name: ImageName
    private let now: PolicyInstant
    private let regexBudget: Int
    private let mapping: (found: BundleMapping?, tooCostly: [ImageSelector])
    /// What is wrong with what the mapping names.
    private var broken: [BundleProblem] = []
    private var rules: [PlacedRule] = []
    private var whitelists: [Whitelist] = []

    /// `imageRules` are of the same bundle, image, name and moment.
    package init(
        of bundle: PolicyBundle,
        in image: ImageFacts,
        as name: ImageName?,
        now: PolicyInstant,
        regexBudget: Int = RegexMatcher.defaultBudget,
        imageRules: ImageRuleFindings
    ) {
        self.bundle = bundle
        self.image = image
        self.imageRules = imageRules
        self.name = name ?? .unknown
        self.now = now
        self.regexBudget = regexBudget
        mapping = bundle.mapping(of: image, as: self.name)
        guard let mapping = mapping.found else { return }
        for id in mapping.whitelistIDs {
            broken += bundle.whitelists[id]?.problems ?? [Self.missing("whitelist", id)]
        }
        for id in mapping.policyIDs { broken += bundle.policies[id]?.problems ?? [Self.missing("policy", id)] }
        if mapping.policyIDs.isEmpty { broken.append(Self.missing("policy", "")) }
        // As with Anchore Engine: nothing is judged by a bundle that is wrong, and the image is stopped.
        guard broken.isEmpty else { return }
        whitelists = mapping.whitelistIDs.compactMap { bundle.whitelists[$0] }
        for policy in mapping.policyIDs.compactMap({ bundle.policies[$0] }) {
            for (place, rule) in policy.rules.enumerated() {
                rules.append(PlacedRule(rule: rule, place: place, policy: policy.id))
            }
        }
    }

    private static func missing(_ type: String, _ id: String) -> BundleProblem {
        BundleProblem(.referenceNotFound, at: "mappings", "there is no \(type) with the id \(id)", remedy: "")
    }

    /// Runs the rules of a part, a number below ``parts``.
    ///
    /// CPU work.
    package func run(part: Int) -> Part {
        let context = EvaluationContext(now: now, regexBudget: regexBudget)
        var judge = RuleJudge(image: image, whitelists: whitelists, context: context)
        let verdicts = stride(from: part, to: rules.count, by: Self.parts).map { number in
            let placed = rules[number]
            let known = imageRules.outcome(of: placed.place, policy: placed.policy)
            return judge.verdict(of: placed.rule, in: placed.policy, known: known)
        }
        return Part(verdicts: verdicts, validUntil: context.validUntil)
    }

    /// All parts, run one after the other.
    package func parts() -> [Part] { (0..<Self.parts).map { run(part: $0) } }

    /// What all parts come to: as many as ``parts``, in their order.
    package func result(_ parts: [Part]) -> PolicyEvaluation {
        var problems: [BundleProblem] = []
        var action = PolicyAction.go
        func first(_ selectors: [ImageSelector]) -> ImageSelector? {
            told(PolicyBundle.first(selectors, about: image, as: name) { $0 })
        }
        /// What was found to be about the image; a pattern that is too costly stops the image.
        func told<Item>(_ search: (found: Item?, tooCostly: [ImageSelector])) -> Item? {
            for selector in search.tooCostly {
                let cause = "the pattern of \(selector.name) is too costly for the image's name"
                problems.append(BundleProblem(.triggerEvaluation, at: "", cause, remedy: ""))
                action = .stop
            }
            return search.found
        }

        let mapping = told(mapping)
        if !broken.isEmpty {
            problems += broken
            action = .stop
        }
        var findings: [PolicyEvaluation.Finding] = []
        var unjudged: [PolicyEvaluation.Finding] = []
        findings.reserveCapacity(parts.reduce(0) { $0 + $1.verdicts.reduce(0) { $0 + $1.findings.count } })
        for number in rules.indices {
            let verdict = parts[number % parts.count].verdicts[number / parts.count]
            findings += verdict.findings
            unjudged += verdict.unjudged
            problems += verdict.problems
            action = max(action, verdict.action)
        }
        let denied = first(bundle.blacklistedImages)
        let allowed = first(bundle.whitelistedImages)
        let (final, reason): (PolicyAction, PolicyEvaluation.Reason) =
            denied != nil
            ? (.stop, .blacklisted) : (allowed != nil ? (.go, .whitelisted) : (action, .policyEvaluation))
        return PolicyEvaluation(
            bundleID: bundle.id,
            bundleName: bundle.name,
            imageID: image.imageID,
            imageDigest: image.digest,
            tag: name,
            mapping: mapping?.selector,
            whitelistedImage: allowed,
            blacklistedImage: denied,
            findings: findings,
            unjudged: unjudged,
            policyAction: action,
            finalAction: final,
            reason: reason,
            problems: problems,
            // Of a bundle that is wrong nothing was asked that time could change.
            validUntil: (parts.map(\.validUntil) + [broken.isEmpty ? imageRules.validUntil : nil]).compactMap { $0 }
                .min()
        )
    }
}
