import Queue
import Synchronization

/// Runs that are moved on one after the other, in rounds of their own.
enum Lane {
    /// Those that somebody waits for. A round that settles a whole fleet takes seconds, and an image needs three of them: for its
    /// layers, for its fold and for its end.
    case urgent
    /// The others, and what else may take long in rounds.
    case bulk

    /// Of the tasks that are announced in its rounds.
    var priorities: Range<Int> {
        switch self {
        case .urgent: 0..<1
        case .bulk: 1..<Streams.priorities
        }
    }
}

/// Whether a run of either lane has ended since retention was looked at.
final class EndedRuns: Sendable {
    private let hasEnded = Mutex(false)

    func note() { hasEnded.withLock { $0 = true } }

    /// Whether one has; from then on not until the next.
    func take() -> Bool {
        hasEnded.withLock { value in
            defer { value = false }
            return value
        }
    }
}
