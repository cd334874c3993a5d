import Foundation
package import Policy

/// A published set of controls, as far as an image can be held against it, with the bundle that does so.
package struct ComplianceProfile: Sendable {
    /// What commands call it: `cis-docker`.
    package let name: String
    package let title: String
    /// The publication that the controls' numbers are from; their titles are in our own words.
    package let source: String
    /// In the order of the publication.
    package let controls: [ComplianceControl]

    /// All profiles, in the order in which they are listed.
    package static let all: [ComplianceProfile] = [.cisDocker, .nist800190, .pciDSS4, .hipaa, .soc2]

    /// The profile of that name; `nil` where there is none.
    package static func named(_ name: String) -> ComplianceProfile? { all.first { $0.name == name } }

    /// The controls that rules speak for; each is a policy of the bundle, in this order.
    package var judged: [ComplianceControl] { controls.filter { !$0.rules.isEmpty } }

    /// The policy bundle, version `1_0` of Anchore Engine, as JSON.
    ///
    /// The id of each policy is that of its control, so that findings say which control they are about.
    package func bundle() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(ProfileBundle(self))) + [UInt8(ascii: "\n")]
    }

    /// The bundle, ready to judge by.
    package func policies() throws -> PolicyBundle {
        let reading = PolicyBundle.read(try bundle())
        guard let bundle = reading.bundle, reading.errors.isEmpty else {
            throw ComplianceError(message: "the profile \(name) is damaged: \(reading.errors)")
        }
        return bundle
    }
}

/// A profile of ours is not what it should be.
package struct ComplianceError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

/// One control of a profile.
package struct ComplianceControl: Sendable {
    /// As the publication numbers it.
    package let id: String
    /// In our own words.
    package let title: String
    /// What speaks for or against it; none where an image cannot tell.
    package let rules: [ComplianceRule]
    /// What an image scan does not see of it; the whole of it where there are no rules.
    package let unseen: String?

    /// A control that rules judge, wholly or, with `unseen`, in part.
    init(_ id: String, _ title: String, _ rules: [ComplianceRule], unseen: String? = nil) {
        self.id = id
        self.title = title
        self.rules = rules
        self.unseen = unseen
    }

    /// A control that no image says anything about.
    static func invisible(_ id: String, _ title: String, _ reason: String) -> ComplianceControl {
        ComplianceControl(id, title, [], unseen: reason)
    }
}

/// One rule that is evidence for a control: where it fires, the control fails, or there is nothing to judge it by (`gaps`).
package struct ComplianceRule: Sendable {
    package enum Action: String, Sendable {
        /// The image does not pass.
        case stop = "STOP"
        /// The control fails, and the image passes.
        case warn = "WARN"
    }

    package let action: Action
    package let gate: String
    package let trigger: String
    package let parameters: [(name: String, value: String)]

    init(_ action: Action, _ gate: String, _ trigger: String, _ parameters: [(String, String)] = []) {
        self.action = action
        self.gate = gate
        self.trigger = trigger
        self.parameters = parameters.map { (name: $0.0, value: $0.1) }
    }
}

/// A profile in the form of a bundle.
private struct ProfileBundle: Encodable {
    struct Parameter: Encodable {
        let name: String
        let value: String
    }
    struct Rule: Encodable {
        let id: String
        let action: String
        let gate: String
        let trigger: String
        let params: [Parameter]
    }
    struct Policy: Encodable {
        let id: String
        let name: String
        let version: String
        let rules: [Rule]
    }
    struct Image: Encodable {
        let type: String
        let value: String
    }
    struct Mapping: Encodable {
        let id: String
        let name: String
        let registry: String
        let repository: String
        let image: Image
        let policyIDs: [String]
        let whitelistIDs: [String]

        private enum CodingKeys: String, CodingKey {
            case id, name, registry, repository, image
            case policyIDs = "policy_ids"
            case whitelistIDs = "whitelist_ids"
        }
    }
    struct Whitelist: Encodable {
        let id: String
        let name: String
        let version: String
        let items: [String]
    }

    let id: String
    let name: String
    let comment: String
    let version: String
    let policies: [Policy]
    let mappings: [Mapping]
    let whitelists: [Whitelist]
    let whitelistedImages: [Mapping]
    let blacklistedImages: [Mapping]

    private enum CodingKeys: String, CodingKey {
        case id, name, comment, version, policies, mappings, whitelists
        case whitelistedImages = "whitelisted_images"
        case blacklistedImages = "blacklisted_images"
    }

    init(_ profile: ComplianceProfile) {
        id = "tallyman-\(profile.name)"
        name = profile.title
        comment = profile.source
        version = "1_0"
        policies = profile.judged.map { control in
            Policy(
                id: control.id,
                name: "\(control.id) \(control.title)",
                version: "1_0",
                rules: control.rules.enumerated().map { number, rule in
                    Rule(
                        id: "\(profile.name)/\(control.id)/\(number + 1)",
                        action: rule.action.rawValue,
                        gate: rule.gate,
                        trigger: rule.trigger,
                        params: rule.parameters.map { Parameter(name: $0.name, value: $0.value) }
                    )
                }
            )
        }
        let exceptions = "\(profile.name)-exceptions"
        mappings = [
            Mapping(
                id: "\(profile.name)-all",
                name: "all images",
                registry: "*",
                repository: "*",
                image: Image(type: "tag", value: "*"),
                policyIDs: profile.judged.map(\.id),
                whitelistIDs: [exceptions]
            )
        ]
        whitelists = [Whitelist(id: exceptions, name: "accepted risks", version: "1_0", items: [])]
        whitelistedImages = []
        blacklistedImages = []
    }
}
