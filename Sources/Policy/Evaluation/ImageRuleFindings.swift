import LinearRegex

/// What those rules of a bundle say of an image under a name that read the image alone.
///
/// It can be had while the image's findings are still being looked up. Those rules share a bound for their expressions that is
/// not the others', so that it does not matter before, beside or after which of the others they are run.
package struct ImageRuleFindings: Sendable {
    typealias Outcome = Result<[TriggerFinding], Unjudged>

    /// By the policies' ids and the places of their rules; `nil` for rules that read more than the image.
    private let outcomes: [String: [Outcome?]]
    /// From when on one of the rules may say something else; `nil` where time changes nothing.
    let validUntil: PolicyInstant?

    /// Asks those rules; nothing of `image` is looked at that may change while the image does not.
    ///
    /// CPU work.
    package init(
        of bundle: PolicyBundle,
        in image: ImageFacts,
        as name: ImageName?,
        now: PolicyInstant,
        regexBudget: Int = RegexMatcher.defaultBudget
    ) {
        let image = image.itself
        let context = EvaluationContext(now: now, regexBudget: regexBudget)
        var outcomes: [String: [Outcome?]] = [:]
        let mapping = bundle.mapping(of: image, as: name ?? .unknown).found
        for id in mapping?.policyIDs ?? [] where outcomes[id] == nil {
            guard let policy = bundle.policies[id], policy.problems.isEmpty else { continue }
            outcomes[id] = policy.rules.map { rule in
                guard case .trigger(let trigger) = rule.check, trigger.reads == .image else { return nil }
                return Outcome { () throws(Unjudged) in try trigger.findings(in: image, context) }
            }
        }
        self.outcomes = outcomes
        validUntil = context.validUntil
    }

    /// What the rule at a place of a policy says; `nil` where that depends on more than the image.
    func outcome(of rule: Int, policy: String) -> Outcome? {
        guard let rules = outcomes[policy], rules.indices.contains(rule) else { return nil }
        return rules[rule]
    }
}
