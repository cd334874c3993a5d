/// What a request is to a registry that counts.
package enum RequestCost: Sendable, Hashable {
    /// A manifest fetched, which registries count as a pull (Docker Hub's quota).
    case pull
    /// Everything else: questions with `HEAD`, lists, blobs.
    case free
}

/// The leave to send one request, to be ended once its answer was read.
package struct GatePass: Sendable, Hashable {
    package let registry: String
    /// Unique among all passes of all processes.
    package let id: String

    package init(registry: String, id: String) {
        self.registry = registry
        self.id = id
    }
}

/// What an answer told about the registry's patience.
package struct RegistryFeedback: Sendable, Hashable {
    /// The registry refused for the number of requests (429, or 503 with `Retry-After`).
    package var isThrottled = false
    /// How long it asked to wait, uncut.
    package var retryAfter: Duration?
    /// What is left of the pulls that it allows, where it said so.
    package var quota: PullQuota?
    /// Whether it answered at all, and not with a refusal.
    package var isAnswered = false

    package init() {}
}

/// Decides when a request may be sent, so that all clients of a registry together keep to its limits.
package protocol RequestGate: Sendable {
    /// Waits until a request to `registry` may be sent.
    ///
    /// Throws `RegistryError` with the code `throttled` where that would take longer than `patience`; its `retryAfter`
    /// says how long. Throws `rateLimited` where the registry has refused everything for so long that waiting is no use.
    func admit(_ registry: String, _ cost: RequestCost, patience: Duration) async throws -> GatePass

    /// Ends a pass, with what the answer told.
    func end(_ pass: GatePass, _ cost: RequestCost, _ feedback: RegistryFeedback) async
}
