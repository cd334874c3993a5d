/// A family of triggers.
package struct Gate: Sendable {
    /// Whether a gate or trigger may still be used in bundles.
    package enum State: String, Sendable {
        case active
        /// Known from old bundles: refused when a bundle is added, passed over when one is evaluated.
        case endOfLife = "eol"
    }

    /// Lower case.
    package let name: String
    package let summary: String
    package let state: State
    /// The gate that took its place.
    package let supersededBy: String?
    let triggers: [any Trigger.Type]
    /// Triggers that are no more.
    package let retiredTriggers: [String]

    init(_ name: String, _ summary: String, _ triggers: [any Trigger.Type]) {
        self.name = name
        self.summary = summary
        self.triggers = triggers
        state = .active
        supersededBy = nil
        retiredTriggers = []
    }

    init(retired name: String, supersededBy: String?, _ triggers: [String]) {
        self.name = name
        summary = supersededBy.map { "Replaced by the gate \($0)." } ?? "No gate has taken its place."
        self.supersededBy = supersededBy
        retiredTriggers = triggers
        self.triggers = []
        state = .endOfLife
    }

    func trigger(named name: String) -> (any Trigger.Type)? { triggers.first { $0.name == name.lowercased() } }
}
