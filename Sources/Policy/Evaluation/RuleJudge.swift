import LinearRegex

/// What one rule says of an image.
struct RuleVerdict: Sendable {
    var findings: [PolicyEvaluation.Finding] = []
    /// The rule itself, where it counts although it could not be judged.
    var unjudged: [PolicyEvaluation.Finding] = []
    var problems: [BundleProblem] = []
    var action = PolicyAction.go
}

/// Judges an image by rules, one after the other, and holds what they find against whitelists.
struct RuleJudge {
    private let image: ImageFacts
    private let whitelists: [Whitelist]
    private let context: EvaluationContext
    private let matchers = WhitelistMatchers()
    /// What lets a finding of `answeredGate` pass, by its id: several rules find the same.
    private var answers: [String: PolicyEvaluation.Exemption?] = [:]
    private var answeredGate = ""

    init(image: ImageFacts, whitelists: [Whitelist], context: EvaluationContext) {
        self.image = image
        self.whitelists = whitelists
        self.context = context
    }

    /// What a rule of a policy says; `known` is what its trigger was found to say before.
    mutating func verdict(
        of rule: BundlePolicy.Rule,
        in policy: String,
        known: ImageRuleFindings.Outcome?
    ) -> RuleVerdict {
        var verdict = RuleVerdict()
        switch rule.check {
        case .retired(let successor):
            verdict.problems.append(
                BundleProblem(
                    .endOfLife,
                    at: rule.path,
                    "Gate \(rule.gate) has been End-of-Lifed. It will not be evaluated, and should be removed "
                        + "from policies" + (successor.map { " and replaced with '\($0)'" } ?? ""),
                    remedy: ""
                )
            )
        case .trigger(let trigger):
            do {
                let found = try known?.get() ?? trigger.findings(in: image, context)
                verdict.findings.reserveCapacity(found.count)
                for finding in found { try add(finding, to: &verdict, rule, policy) }
            } catch let error as Unjudged {
                verdict.note(error, rule, policy)
            } catch {
                verdict.fail("\(rule.gate)/\(rule.trigger): \(error)", rule, policy, .stop)
            }
        }
        return verdict
    }

    private mutating func add(
        _ finding: TriggerFinding,
        to verdict: inout RuleVerdict,
        _ rule: BundlePolicy.Rule,
        _ policy: String
    ) throws(RegexBudgetError) {
        let id =
            finding.id ?? TriggerID.hash(gate: rule.gate, trigger: rule.trigger, message: finding.message)
        let exemption = try exemption(of: id, finding.otherIDs, gate: rule.gate)
        let result = exemption == nil ? rule.action : .go
        verdict.action = max(verdict.action, result)
        verdict.findings.append(
            PolicyEvaluation.Finding(
                gate: rule.gate,
                trigger: rule.trigger,
                triggerID: id,
                message: finding.message,
                action: result,
                whitelisted: exemption,
                policyID: policy,
                ruleID: rule.id
            )
        )
    }

    /// The first item of the first whitelist that covers a finding.
    private mutating func exemption(
        of id: String,
        _ otherIDs: [String],
        gate: String
    ) throws(RegexBudgetError) -> PolicyEvaluation.Exemption? {
        if answeredGate != gate {
            answers = [:]
            answeredGate = gate
        }
        if let known = answers[id] { return known }
        var found: PolicyEvaluation.Exemption?
        for whitelist in whitelists where found == nil {
            let item = try whitelist.item(gate: gate, ids: [id] + otherIDs, context: context, matchers: matchers)
            found = item.map {
                PolicyEvaluation.Exemption(
                    whitelistName: whitelist.name,
                    whitelistID: whitelist.id,
                    itemID: $0.id
                )
            }
        }
        answers[id] = .some(found)
        return found
    }
}

extension RuleVerdict {
    fileprivate mutating func note(_ error: Unjudged, _ rule: BundlePolicy.Rule, _ policy: String) {
        let subject = "\(rule.gate)/\(rule.trigger) could not be judged: \(error.reason)"
        switch error.kind {
        case .unavailable:
            problems.append(
                BundleProblem(.triggerEvaluation, at: rule.path, subject, remedy: "", severity: .warning)
            )
        case .notCollected:
            fail("\(subject); it counts as \(rule.action.rawValue.uppercased())", rule, policy, rule.action)
        case .failed: fail("\(subject); the image is stopped", rule, policy, .stop)
        }
    }

    fileprivate mutating func fail(
        _ cause: String,
        _ rule: BundlePolicy.Rule,
        _ policy: String,
        _ result: PolicyAction
    ) {
        problems.append(BundleProblem(.triggerEvaluation, at: rule.path, cause, remedy: ""))
        action = max(action, result)
        unjudged.append(
            PolicyEvaluation.Finding(
                gate: rule.gate,
                trigger: rule.trigger,
                triggerID: TriggerID.hash(gate: rule.gate, trigger: rule.trigger, message: cause),
                message: cause,
                action: result,
                whitelisted: nil,
                policyID: policy,
                ruleID: rule.id
            )
        )
    }
}
