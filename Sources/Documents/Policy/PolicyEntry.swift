package import Policy

/// What a policy bundle said of the image.
package struct PolicyEntry: Encodable, Sendable {
    /// The bundle that judged.
    package struct Bundle: Encodable, Sendable {
        package var id: String
        package var name: String
    }

    /// What a rule found.
    package struct Finding: Encodable, Sendable {
        package var gate: String
        package var trigger: String
        /// What whitelists name it by.
        package var triggerID: String
        package var message: String
        package var action: PolicyAction
        package var policy: String
        @ExplicitNull package var rule: String?
        /// The item that lets it pass.
        @ExplicitNull package var whitelisted: Exemption?
    }

    /// The item of a whitelist that lets a finding pass.
    package struct Exemption: Encodable, Sendable {
        package var whitelist: String
        @ExplicitNull package var name: String?
        @ExplicitNull package var item: String?
    }

    /// What is wrong with the bundle.
    package struct Problem: Encodable, Sendable {
        package var severity: BundleProblem.Severity
        package var type: BundleProblem.Kind
        package var path: String
        package var details: String
    }

    package var bundle: Bundle
    /// The name that the image was judged under.
    package var tag: String
    /// The name of the mapping that counted; `null` where none is about the image.
    @ExplicitNull package var mapping: String?
    /// `pass` or `fail`.
    package var status: String
    package var finalAction: PolicyAction
    package var finalActionReason: PolicyEvaluation.Reason
    /// What the rules say, whatever the lists of images do.
    package var policyAction: PolicyAction
    /// In the order of the rules.
    package var findings: [Finding]
    /// Rules that could not be judged, and what of the bundle is wrong.
    package var problems: [Problem]
}

extension PolicyEntry {
    package init(_ evaluation: PolicyEvaluation) {
        self.init(
            bundle: Bundle(id: evaluation.bundleID, name: evaluation.bundleName),
            tag: "\(evaluation.tag)",
            mapping: evaluation.mapping?.name,
            status: evaluation.passes ? "pass" : "fail",
            finalAction: evaluation.finalAction,
            finalActionReason: evaluation.reason,
            policyAction: evaluation.policyAction,
            findings: evaluation.findings.map { finding in
                Finding(
                    gate: finding.gate,
                    trigger: finding.trigger,
                    triggerID: finding.triggerID,
                    message: finding.message,
                    action: finding.action,
                    policy: finding.policyID,
                    rule: finding.ruleID,
                    whitelisted: finding.whitelisted.map {
                        Exemption(whitelist: $0.whitelistID, name: $0.whitelistName, item: $0.itemID)
                    }
                )
            },
            problems: evaluation.problems.map {
                Problem(severity: $0.severity, type: $0.kind, path: $0.path, details: $0.text)
            }
        )
    }
}
