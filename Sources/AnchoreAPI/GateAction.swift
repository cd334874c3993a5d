/// What a rule, and in the end a bundle, says of an image (`gate_action`, `final_action`).
package enum GateAction: String, Sendable {
    case go, warn, stop

    /// An image passes with anything but `stop`.
    package var status: EvaluationStatus { self == .stop ? .fail : .pass }
}

/// Whether an image passes, as evaluations and notifications state it.
package enum EvaluationStatus: String, Sendable {
    case pass, fail
}
