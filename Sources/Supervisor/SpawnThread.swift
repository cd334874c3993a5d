import Foundation
import Synchronization

/// The thread that starts every child, and that never ends.
///
/// The kernel sends the parent-death signal when the *thread* that started the child ends, not the process; a thread of
/// a pool ends when it is idle, and would take the database with it.
final class SpawnThread: Sendable {
    static let shared = SpawnThread()

    private let pending = Mutex<[@Sendable () -> Void]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                arrivals.wait()
                let work = pending.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                work?()
            }
        }
        thread.name = "spawn"
        thread.start()
    }

    /// Runs a short piece of work on the thread.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            pending.withLock { $0.append { continuation.resume(returning: work()) } }
            arrivals.signal()
        }
    }
}
