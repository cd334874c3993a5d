import Synchronization

/// Shows that a loop still goes round.
package final class Pulse: Sendable {
    private let last = Mutex(ContinuousClock.now)
    /// How long one turn may take before the process no longer counts as alive.
    package let limit: Duration

    package init(limit: Duration) { self.limit = limit }

    /// The loop has gone round once more.
    package func beat() { last.withLock { $0 = .now } }

    /// How long ago that was.
    package var age: Duration { last.withLock { .now - $0 } }

    package var isAlive: Bool { age <= limit }
}
