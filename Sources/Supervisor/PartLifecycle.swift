/// When a part is started, started again and given up: events in, actions out, with no process or clock of its own.
struct PartLifecycle: Sendable {
    /// What to do next.
    enum Action: Sendable, Hashable {
        case start
        case pause(Duration)
        case finish
    }

    private enum Phase { case waiting, running, stopping }

    private var backoff: RestartBackoff
    private var phase = Phase.waiting
    /// How often the part has ended or failed to start.
    private(set) var failures = 0

    init(backoff: RestartBackoff = RestartBackoff()) {
        self.backoff = backoff
    }

    var isStopping: Bool { phase == .stopping }

    /// It is time to start: at first, or when a pause is over.
    mutating func due() -> Action {
        guard phase != .stopping else { return .finish }
        phase = .running
        return .start
    }

    /// The part ended, or could not be started, which counts as having run for no time.
    mutating func ended(after lifetime: Duration) -> Action {
        guard phase != .stopping else { return .finish }
        phase = .waiting
        failures += 1
        return .pause(backoff.pause(afterLifetime: lifetime))
    }

    /// The part shall not be started again.
    mutating func stop() {
        phase = .stopping
    }
}
