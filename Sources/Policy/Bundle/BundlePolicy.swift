/// What a rule, or an image, comes to.
package enum PolicyAction: String, Comparable, Sendable, Encodable, CaseIterable {
    case go, warn, stop

    private var rank: Int {
        switch self {
        case .go: 0
        case .warn: 1
        case .stop: 2
        }
    }

    package static func < (left: PolicyAction, right: PolicyAction) -> Bool { left.rank < right.rank }
}

/// A list of rules.
struct BundlePolicy: Sendable {
    struct Rule: Sendable {
        enum Check: Sendable {
            case trigger(any Trigger)
            /// Its gate is no more: it never fires and is told.
            case retired(supersededBy: String?)
        }

        let id: String?
        /// As registered, in lower case.
        let gate: String
        let trigger: String
        let action: PolicyAction
        let check: Check
        /// Where it stands in the bundle.
        let path: String
    }

    let id: String
    let name: String?
    /// In the order in which they are judged: by gate, in the order of the gates' first rules, then as written.
    let rules: [Rule]
    /// Why it cannot be judged.
    let problems: [BundleProblem]

    init(id: String, name: String?, rules: [Rule], problems: [BundleProblem]) {
        self.id = id
        self.name = name
        self.problems = problems
        var gates: [String] = []
        var byGate: [String: [Rule]] = [:]
        for rule in rules {
            if byGate[rule.gate] == nil { gates.append(rule.gate) }
            byGate[rule.gate, default: []].append(rule)
        }
        self.rules = gates.flatMap { byGate[$0] ?? [] }
    }
}

/// Which policies count for which images.
struct BundleMapping: Sendable {
    let selector: ImageSelector
    let policyIDs: [String]
    let whitelistIDs: [String]
}
