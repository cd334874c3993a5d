import DedicatedThread
import Synchronization

/// How much a transaction sees of others (PostgreSQL manual, 13.2).
package enum PostgresIsolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

/// One connection to PostgreSQL, on a thread of its own.
///
/// A closure given to `run` or `transaction` is executed without suspension, so nothing else happens on the connection
/// meanwhile. Cancelling the task stops the statement in progress. A connection that broke stays broken: its calls throw
/// `connectionLost`, and its owner makes a new one.
package actor PostgresConnection {
    /// Longest pause before a transaction that conflicted is tried again, per attempt so far.
    private static let conflictPause = 20...60

    private let thread: DedicatedThread
    private let openFlag = Atomic<Bool>(false)
    private var session: PostgresSession?
    private var wasClosed = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Whether the connection can be used, as far as is known without asking the server.
    package nonisolated var isOpen: Bool { openFlag.load(ordering: .acquiring) }

    private init(thread: DedicatedThread) {
        self.thread = thread
    }

    /// Closing a connection may wait for the network, so it happens on the connection's thread.
    isolated deinit {
        session = nil
    }

    /// Connects to a server.
    ///
    /// - Parameter configuration: where it is; its `connectTimeout` bounds the time this takes.
    /// - Returns: an open connection.
    /// - Throws: `connectionFailed`, `authentication`, `resources`, or `cancelled`.
    package static func connect(
        _ configuration: PostgresConfiguration
    ) async throws(PostgresError) -> PostgresConnection {
        let thread: DedicatedThread
        do {
            thread = try DedicatedThread(name: "postgres")
        } catch {
            throw PostgresError(.connectionFailed, "\(error)")
        }
        let connection = PostgresConnection(thread: thread)
        try await connection.open(configuration)
        return connection
    }

    /// Runs `body` on the connection's thread.
    ///
    /// Each statement is a transaction of its own unless `body` begins one; one it leaves open is rolled back.
    ///
    /// - Parameter body: synchronous work with the session, which it must not keep.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or `CancellationError` where the task was cancelled.
    package func run<T: Sendable>(_ body: @Sendable (PostgresSession) throws -> T) async throws -> T {
        try await perform { session in
            let result = try body(session)
            if session.isInTransaction, session.isOpen {
                throw PostgresError(.misuse, "the closure left a transaction open")
            }
            return result
        }
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// - Parameters:
    ///   - attempts: how often `body` may be run where the transaction conflicts with others (SQLSTATE 40001, 40P01).
    ///   - isolation: how much the transaction sees of others.
    ///   - body: synchronous work with the session, which it must not keep. It may run several times.
    /// - Returns: what `body` returned when it was committed.
    /// - Throws: what `body` throws, a `PostgresError`, or `CancellationError` where the task was cancelled before the
    ///   commit. After `connectionLost` it is unknown whether the transaction was committed.
    package func transaction<T: Sendable>(
        attempts: Int = 3,
        isolation: PostgresIsolation = .readCommitted,
        _ body: @Sendable (PostgresSession) throws -> T
    ) async throws -> T {
        var attempt = 1
        while true {
            do {
                return try await perform { session in
                    try session.execute("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
                    let result = try body(session)
                    try session.checkCancellation()
                    try session.commit()
                    return result
                }
            } catch let error as PostgresError where error.isConflict && attempt < attempts {
                try await Task.sleep(for: .milliseconds(Int.random(in: Self.conflictPause) * attempt))
                attempt += 1
            }
        }
    }

    /// Closes the connection; later calls throw `closed`.
    package func close() {
        wasClosed = true
        openFlag.store(false, ordering: .releasing)
        session = nil
    }

    /// Looks whether the server has closed its end, without asking it anything.
    package func isAlive() -> Bool {
        guard let session, session.isAlive() else {
            drop()
            return false
        }
        return true
    }

    private func open(_ configuration: PostgresConfiguration) throws(PostgresError) {
        session = try PostgresSession(configuration)
        openFlag.store(true, ordering: .releasing)
    }

    private func drop() {
        openFlag.store(false, ordering: .releasing)
        session = nil
    }

    private func perform<T: Sendable>(_ work: (PostgresSession) throws -> T) async throws -> T {
        try Task.checkCancellation()
        guard let session else {
            throw wasClosed
                ? PostgresError(.closed, "the connection was closed")
                : PostgresError(.connectionLost, "the connection broke earlier")
        }
        let canceller = session.canceller
        let operation = canceller.begin()
        do {
            return try await withTaskCancellationHandler {
                defer {
                    canceller.end()
                    session.rollBackIfNeeded()
                    if !session.isOpen { drop() }
                }
                return try work(session)
            } onCancel: {
                canceller.cancel(operation)
            }
        } catch let error as PostgresError where error.isCancellation {
            throw CancellationError()
        }
    }
}

extension PostgresSession {
    /// Commits, out of reach of cancellation.
    fileprivate func commit() throws(PostgresError) {
        canceller.end()
        let rows = try executeShielded("COMMIT")
        // COMMIT of a transaction in which a statement failed succeeds, and says that it rolled back.
        guard commandTag(of: rows) == "COMMIT" else {
            throw PostgresError(
                .transactionAborted,
                "the transaction was rolled back because one of its statements had failed"
            )
        }
    }

    /// Ends a transaction that is still open; a failure shows as a connection that is closed.
    fileprivate func rollBackIfNeeded() {
        guard isOpen, isInTransaction else { return }
        // What failed before is the error to report; a ROLLBACK fails only with the connection.
        _ = try? executeShielded("ROLLBACK")
    }
}
