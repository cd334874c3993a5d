import Store
import Synchronization

/// Whether this worker has lately been short of room for temporary files.
///
/// A layer that failed for it is worked on alone next, and blamed for what happens then: not by the worker whose disk it is
/// that is full, as long as another may take it.
final class ScratchRoom: Sendable {
    /// How long suspects are left to others, from the last layer on that found no room; where there is nobody else, they are
    /// tried here after it.
    static let pause = Duration.seconds(15)

    private let missed = Mutex<ContinuousClock.Instant?>(nil)

    func miss(at now: ContinuousClock.Instant) { missed.withLock { $0 = now } }

    /// Whether a task is left to others; folds need no room.
    func leaves(_ kind: TaskKind, isSuspect: Bool, at now: ContinuousClock.Instant) -> Bool {
        guard isSuspect, kind == .layer else { return false }
        return missed.withLock { last in last.map { now - $0 < Self.pause } ?? false }
    }
}
