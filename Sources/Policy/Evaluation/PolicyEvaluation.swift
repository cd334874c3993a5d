/// What a bundle says of one image.
package struct PolicyEvaluation: Sendable {
    /// Why the final action is what it is.
    package enum Reason: String, Sendable, Encodable {
        case policyEvaluation = "policy_evaluation"
        case whitelisted, blacklisted
    }

    /// The whitelist's item that lets a finding pass.
    package struct Exemption: Hashable, Sendable, Encodable {
        package let whitelistName: String?
        package let whitelistID: String
        package let itemID: String?

        private enum CodingKeys: String, CodingKey {
            case whitelistName = "whitelist_name"
            case whitelistID = "whitelist_id"
            case itemID = "matched_rule_id"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(whitelistName, forKey: .whitelistName)
            try container.encode(whitelistID, forKey: .whitelistID)
            try container.encode(itemID, forKey: .itemID)
        }
    }

    /// One finding of one rule.
    package struct Finding: Hashable, Sendable {
        package let gate: String
        package let trigger: String
        package let triggerID: String
        package let message: String
        /// The rule's, or `go` for what a whitelist lets pass.
        package let action: PolicyAction
        package let whitelisted: Exemption?
        package let policyID: String
        package let ruleID: String?
    }

    package let bundleID: String
    package let bundleName: String
    package let imageID: String
    package let imageDigest: String?
    package let tag: ImageName
    /// The mapping that counts; `nil` where none is about the image, which then passes.
    package let mapping: ImageSelector?
    package let whitelistedImage: ImageSelector?
    package let blacklistedImage: ImageSelector?
    /// By policy, then gate, then rule.
    package let findings: [Finding]
    /// The rules that count although they could not be judged, with why; each of them is a problem, too.
    package let unjudged: [Finding]
    /// What the policies say, whatever the image lists do.
    package let policyAction: PolicyAction
    package let finalAction: PolicyAction
    package let reason: Reason
    /// Rules that say nothing of the image, and what of the bundle is wrong.
    package let problems: [BundleProblem]
    /// From when on it may come to something else although nothing but time has changed; `nil` where that is never.
    ///
    /// Feeds that grow old are not in it: see ``FactReading/outdated(sync:now:)``.
    package let validUntil: PolicyInstant?

    /// Whether the image passes: with `go` and `warn`.
    package var passes: Bool { finalAction != .stop }
}
