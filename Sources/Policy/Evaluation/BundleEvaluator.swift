import LinearRegex

extension PolicyBundle {
    /// Judges an image under a name, at a moment.
    ///
    /// The first mapping about the image names the policies, all of which are run; their findings are held against the
    /// mapping's whitelists; lists of images have the last word, and there denial beats permission. A rule that cannot tell
    /// because its facts were not collected counts with its action, as if it had fired; one that fails stops the image.
    /// `regexBudget` bounds what the expression of a rule may cost (``LinearRegex/RegexMatcher/defaultBudget``).
    package func evaluate(
        _ image: ImageFacts,
        as name: ImageName?,
        now: PolicyInstant,
        regexBudget: Int = RegexMatcher.defaultBudget
    ) -> PolicyEvaluation {
        let context = EvaluationContext(now: now, regexBudget: regexBudget)
        var evaluator = BundleEvaluator(bundle: self, image: image, name: name ?? .unknown, context: context)
        return evaluator.evaluate()
    }
}

/// One evaluation under way.
private struct BundleEvaluator {
    let bundle: PolicyBundle
    let image: ImageFacts
    /// The image without what may change while it does not.
    private let itself: ImageFacts
    let name: ImageName
    let context: EvaluationContext
    private let matchers = WhitelistMatchers()
    /// What lets a finding of `answeredGate` pass, by its id: several rules find the same.
    private var answers: [String: PolicyEvaluation.Exemption?] = [:]
    private var answeredGate = ""
    private var findings: [PolicyEvaluation.Finding] = []
    private var unjudged: [PolicyEvaluation.Finding] = []
    private var problems: [BundleProblem] = []
    private var action = PolicyAction.go

    init(bundle: PolicyBundle, image: ImageFacts, name: ImageName, context: EvaluationContext) {
        self.bundle = bundle
        self.image = image
        itself = image.itself
        self.name = name
        self.context = context
    }

    mutating func evaluate() -> PolicyEvaluation {
        let mapping = first(bundle.mappings) { $0.selector }
        if let mapping { run(mapping) }
        let denied = first(bundle.blacklistedImages) { $0 }
        let allowed = first(bundle.whitelistedImages) { $0 }
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
            validUntil: context.validUntil
        )
    }

    /// The first that is about the image; one whose pattern is too costly stops the image.
    private mutating func first<Item>(_ items: [Item], _ selector: (Item) -> ImageSelector) -> Item? {
        for item in items {
            do {
                if try selector(item).matches(image, name) { return item }
            } catch {
                fail("the pattern of \(selector(item).name) is too costly for the image's name", at: "", .stop)
            }
        }
        return nil
    }

    private mutating func run(_ mapping: BundleMapping) {
        let whitelists = mapping.whitelistIDs.map { ($0, bundle.whitelists[$0]) }
        var broken: [BundleProblem] = []
        for (id, whitelist) in whitelists {
            broken += whitelist?.problems ?? [missing("whitelist", id)]
        }
        for id in mapping.policyIDs { broken += bundle.policies[id]?.problems ?? [missing("policy", id)] }
        if mapping.policyIDs.isEmpty { broken.append(missing("policy", "")) }
        guard broken.isEmpty else {
            // As with Anchore Engine: nothing is judged by a bundle that is wrong, and the image is stopped.
            problems += broken
            action = .stop
            return
        }
        for id in mapping.policyIDs {
            guard let policy = bundle.policies[id] else { continue }
            for rule in policy.rules { run(rule, of: policy, whitelists.compactMap(\.1)) }
        }
    }

    private func missing(_ type: String, _ id: String) -> BundleProblem {
        BundleProblem(.referenceNotFound, at: "mappings", "there is no \(type) with the id \(id)", remedy: "")
    }

    private mutating func run(_ rule: BundlePolicy.Rule, of policy: BundlePolicy, _ whitelists: [Whitelist]) {
        switch rule.check {
        case .retired(let successor):
            problems.append(
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
                let facts = trigger.reads == .image ? itself : image
                for finding in try trigger.findings(in: facts, context) {
                    try add(finding, rule, policy, whitelists)
                }
            } catch let error as Unjudged {
                note(error, rule, policy)
            } catch {
                fail("\(rule.gate)/\(rule.trigger): \(error)", rule, policy, .stop)
            }
        }
    }

    private mutating func add(
        _ finding: TriggerFinding,
        _ rule: BundlePolicy.Rule,
        _ policy: BundlePolicy,
        _ whitelists: [Whitelist]
    ) throws(RegexBudgetError) {
        let id =
            finding.id ?? TriggerID.hash(gate: rule.gate, trigger: rule.trigger, message: finding.message)
        let exemption = try exemption(of: id, finding.otherIDs, gate: rule.gate, whitelists)
        let result = exemption == nil ? rule.action : .go
        action = max(action, result)
        findings.append(
            PolicyEvaluation.Finding(
                gate: rule.gate,
                trigger: rule.trigger,
                triggerID: id,
                message: finding.message,
                action: result,
                whitelisted: exemption,
                policyID: policy.id,
                ruleID: rule.id
            )
        )
    }

    /// The first item of the first whitelist that covers a finding.
    private mutating func exemption(
        of id: String,
        _ otherIDs: [String],
        gate: String,
        _ whitelists: [Whitelist]
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

    private mutating func note(_ error: Unjudged, _ rule: BundlePolicy.Rule, _ policy: BundlePolicy) {
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

    private mutating func fail(
        _ cause: String,
        _ rule: BundlePolicy.Rule,
        _ policy: BundlePolicy,
        _ result: PolicyAction
    ) {
        fail(cause, at: rule.path, result)
        unjudged.append(
            PolicyEvaluation.Finding(
                gate: rule.gate,
                trigger: rule.trigger,
                triggerID: TriggerID.hash(gate: rule.gate, trigger: rule.trigger, message: cause),
                message: cause,
                action: result,
                whitelisted: nil,
                policyID: policy.id,
                ruleID: rule.id
            )
        )
    }

    private mutating func fail(_ cause: String, at path: String, _ result: PolicyAction) {
        problems.append(BundleProblem(.triggerEvaluation, at: path, cause, remedy: ""))
        action = max(action, result)
    }
}
