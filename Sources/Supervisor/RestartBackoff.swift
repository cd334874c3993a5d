/// How long to wait before a part that died is started again: doubling, and forgotten once it has lived for a while.
struct RestartBackoff: Sendable {
    private let first: Duration
    private let limit: Duration
    private let healthyAfter: Duration
    private var next: Duration

    init(
        first: Duration = .milliseconds(200),
        limit: Duration = .seconds(10),
        healthyAfter: Duration = .seconds(60)
    ) {
        self.first = first
        self.limit = limit
        self.healthyAfter = healthyAfter
        next = first
    }

    /// The pause after a part that lived for `lifetime` has ended.
    mutating func pause(afterLifetime lifetime: Duration) -> Duration {
        if lifetime >= healthyAfter { next = first }
        defer { next = min(next * 2, limit) }
        return next
    }
}
