import Synchronization

/// Whether this worker has lately been short of room for temporary files.
///
/// A layer that failed for it is worked on alone next, and blamed for what happens then: not by the worker whose disk it is
/// that is full, as long as another may take it.
final class ScratchRoom: Sendable {
    /// How long suspects are left to others; where there is nobody else, they are tried here after it.
    static let pause = Duration.seconds(15)

    private let missed = Mutex<ContinuousClock.Instant?>(nil)

    func miss(at now: ContinuousClock.Instant) { missed.withLock { $0 = now } }

    func isShort(at now: ContinuousClock.Instant) -> Bool {
        missed.withLock { last in last.map { now - $0 < Self.pause } ?? false }
    }
}
