import Dispatch
import Synchronization

/// Reads on a second connection what a transaction sees, while that one's thread does other work.
///
/// Both see the same snapshot (PostgreSQL manual, 9.27.5, "Snapshot Synchronization Functions"), but not what the transaction
/// itself has written. Without a second connection the work comes after the reading, on the one that there is.
package struct PostgresSnapshotReader: Sendable {
    private let spare: PostgresConnection?

    package init(on spare: PostgresConnection?) { self.spare = spare }

    /// Runs `reading` on the second connection and `work` on the calling thread; returns when both are done.
    ///
    /// The isolation of the transaction is `repeatableRead` or more; `work` may use its session. `reading` only reads with the
    /// session that it is given, and does not keep it.
    ///
    /// - Throws: what `work` throws, else what `reading` throws, once both have ended; `cancelled` where the task was.
    package func read<Read: Sendable, Work>(
        beside session: PostgresSession,
        _ reading: @escaping @Sendable (PostgresSession) throws -> Read,
        while work: () throws -> Work
    ) throws -> (Read, Work) {
        guard let spare else { return (try reading(session), try work()) }
        guard let snapshot = try session.execute("SELECT pg_export_snapshot()").first?.string(0) else {
            throw PostgresError(.misuse, "the server exports no snapshot")
        }
        let outcome = Outcome<Read>()
        let task = Task.detached {
            do {
                let read = try await spare.transaction(attempts: 1, isolation: .repeatableRead) { session in
                    try session.execute("SET TRANSACTION SNAPSHOT '\(snapshot)'")
                    return try reading(session)
                }
                outcome.set(.success(read))
            } catch {
                outcome.set(.failure(error))
            }
        }
        do {
            let work = try work()
            // This thread waits in no statement, which a cancellation would stop.
            while !outcome.isThere(within: .milliseconds(20)) { try session.checkCancellation() }
            return (try outcome.get(), work)
        } catch {
            task.cancel()
            // The connection goes back to the pool: nothing may run on it any more.
            while !outcome.isThere(within: .seconds(1)) {}
            throw error
        }
    }

    /// What a task came to, for a thread that may block.
    private final class Outcome<Value: Sendable>: Sendable {
        private let result = Mutex<Result<Value, any Error>?>(nil)
        private let done = DispatchSemaphore(value: 0)

        func set(_ value: Result<Value, any Error>) {
            result.withLock { $0 = value }
            done.signal()
        }

        /// Waits for the task's end, at most for `time`.
        func isThere(within time: DispatchTimeInterval) -> Bool {
            if result.withLock({ $0 != nil }) { return true }
            return done.wait(timeout: .now() + time) == .success
        }

        /// The result of a task that has ended.
        func get() throws -> Value { try result.withLock { $0 ?? .failure(CancellationError()) }.get() }
    }
}
