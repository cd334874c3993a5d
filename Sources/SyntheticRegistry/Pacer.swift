import Foundation
import Synchronization

/// Lets bytes through at a rate, in the order in which they come.
final class Pacer: Sendable {
    private let bytesPerSecond: Double
    private let free = Mutex(ContinuousClock.now)

    /// `nil` where there is no bound.
    init?(megabitsPerSecond: Double?) {
        guard let megabitsPerSecond else { return nil }
        bytesPerSecond = megabitsPerSecond * 125_000
    }

    /// Blocks the calling thread until `count` bytes may go.
    func pass(_ count: Int) {
        let now = ContinuousClock.now
        let turn = free.withLock { free in
            let start = max(now, free)
            free = start + .seconds(Double(count) / bytesPerSecond)
            return free
        }
        if turn > now { sleepThread(turn - now) }
    }
}

/// Blocks the calling thread, which is one of the server's own.
func sleepThread(_ duration: Duration) {
    let parts = duration.components
    var rest = timespec(tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
    var left = timespec()
    while nanosleep(&rest, &left) == -1, errno == EINTR { rest = left }
}
