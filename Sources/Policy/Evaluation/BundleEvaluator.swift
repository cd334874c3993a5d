import LinearRegex

extension PolicyBundle {
    /// Judges an image under a name, at a moment.
    ///
    /// The first mapping about the image names the policies, all of which are run; their findings are held against the
    /// mapping's whitelists; lists of images have the last word, and there denial beats permission. A rule that cannot tell
    /// because its facts were not collected counts with its action, as if it had fired; one that fails stops the image.
    /// `regexBudget` bounds what the expression of a rule may cost (``LinearRegex/RegexMatcher/defaultBudget``);
    /// `imageRules` is what was found before, of this bundle, name and moment.
    package func evaluate(
        _ image: ImageFacts,
        as name: ImageName?,
        now: PolicyInstant,
        regexBudget: Int = RegexMatcher.defaultBudget,
        imageRules: ImageRuleFindings? = nil
    ) -> PolicyEvaluation {
        let imageRules =
            imageRules ?? ImageRuleFindings(of: self, in: image, as: name, now: now, regexBudget: regexBudget)
        let context = EvaluationContext(now: now, regexBudget: regexBudget)
        var evaluator = BundleEvaluator(
            bundle: self,
            image: image,
            imageRules: imageRules,
            name: name ?? .unknown,
            context: context
        )
        return evaluator.evaluate()
    }

    /// The first mapping that is about an image under a name, and those before it whose pattern is too costly to tell.
    func mapping(of image: ImageFacts, as name: ImageName) -> (found: BundleMapping?, tooCostly: [ImageSelector]) {
        Self.first(mappings, about: image, as: name) { $0.selector }
    }

    fileprivate static func first<Item>(
        _ items: [Item],
        about image: ImageFacts,
        as name: ImageName,
        _ selector: (Item) -> ImageSelector
    ) -> (found: Item?, tooCostly: [ImageSelector]) {
        var tooCostly: [ImageSelector] = []
        for item in items {
            do {
                if try selector(item).matches(image, name) { return (item, tooCostly) }
            } catch {
                tooCostly.append(selector(item))
            }
        }
        return (nil, tooCostly)
    }
}

/// One evaluation under way.
private struct BundleEvaluator {
    let bundle: PolicyBundle
    let image: ImageFacts
    let imageRules: ImageRuleFindings
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

    init(
        bundle: PolicyBundle,
        image: ImageFacts,
        imageRules: ImageRuleFindings,
        name: ImageName,
        context: EvaluationContext
    ) {
        self.bundle = bundle
        self.image = image
        self.imageRules = imageRules
        self.name = name
        self.context = context
    }

    mutating func evaluate() -> PolicyEvaluation {
        let mapping = told(bundle.mapping(of: image, as: name))
        if let mapping { run(mapping) }
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
            validUntil: [context.validUntil, imageRules.validUntil].compactMap { $0 }.min()
        )
    }

    private mutating func first(_ selectors: [ImageSelector]) -> ImageSelector? {
        told(PolicyBundle.first(selectors, about: image, as: name) { $0 })
    }

    /// What was found to be about the image; a pattern that is too costly stops the image.
    private mutating func told<Item>(_ search: (found: Item?, tooCostly: [ImageSelector])) -> Item? {
        for selector in search.tooCostly {
            fail("the pattern of \(selector.name) is too costly for the image's name", at: "", .stop)
        }
        return search.found
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
            for (place, rule) in policy.rules.enumerated() {
                run(rule, at: place, of: policy, whitelists.compactMap(\.1))
            }
        }
    }

    private func missing(_ type: String, _ id: String) -> BundleProblem {
        BundleProblem(.referenceNotFound, at: "mappings", "there is no \(type) with the id \(id)", remedy: "")
    }

    private mutating func run(
        _ rule: BundlePolicy.Rule,
        at place: Int,
        of policy: BundlePolicy,
        _ whitelists: [Whitelist]
    ) {
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
                let known = imageRules.outcome(of: place, policy: policy.id)
                for finding in try known?.get() ?? trigger.findings(in: image, context) {
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
