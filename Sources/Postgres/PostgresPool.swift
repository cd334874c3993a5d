import DedicatedThread
import Synchronization

/// A bounded number of connections that are made when they are first needed, and replaced when they break.
///
/// Tasks that find all connections in use wait their turn, first come, first served.
package final class PostgresPool: Sendable {
    private struct Idle {
        let connection: PostgresConnection
        let since: ContinuousClock.Instant
    }

    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    /// An idle connection is looked at before use once it has been idle for so long.
    private static let checkAfterIdle = Duration.milliseconds(500)

    private let configuration: PostgresConfiguration
    private let size: Int
    private let acquireTimeout: Duration
    private let permits: Permits
    private let state = Mutex(State())

    /// Makes a pool without connecting.
    ///
    /// - Parameters:
    ///   - configuration: where the server is.
    ///   - size: most connections open at the same time, at least one; each has a thread.
    ///   - acquireTimeout: how long a task waits for a connection to become free.
    package init(
        _ configuration: PostgresConfiguration,
        size: Int,
        acquireTimeout: Duration = .seconds(30)
    ) {
        self.configuration = configuration
        self.size = max(1, size)
        self.acquireTimeout = acquireTimeout
        permits = Permits(count: size)
    }

    /// Lends a connection to `body`.
    ///
    /// - Parameter body: work with the connection, which it must not keep. A second `withConnection` inside it needs a
    ///   second connection, and waits for itself where the pool has but one.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, `poolTimeout`, `closed`, a failure to connect, or `CancellationError`.
    package func withConnection<T: Sendable>(
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        try await acquirePermit()
        defer { permits.release() }
        let connection: PostgresConnection
        do {
            connection = try await takeConnection()
        } catch let error as PostgresError where error.isCancellation {
            throw CancellationError()
        }
        do {
            let result = try await body(connection)
            await giveBack(connection)
            return result
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Lends two connections to `body`, the second only where one is free and can be had at once.
    ///
    /// Nobody waits for the second, so that those who hold one each never wait for each other.
    package func withConnections<T: Sendable>(
        _ body: (PostgresConnection, _ spare: PostgresConnection?) async throws -> T
    ) async throws -> T {
        try await withConnection { connection in
            guard permits.acquireIfFree() else { return try await body(connection, nil) }
            defer { permits.release() }
            // Whoever asks does without it: a server that has no room for another one is no reason to fail.
            guard let spare = try? await takeConnection() else { return try await body(connection, nil) }
            do {
                let result = try await body(connection, spare)
                await giveBack(spare)
                return result
            } catch {
                await giveBack(spare)
                throw error
            }
        }
    }

    /// Runs `body` on the thread of a connection; see `PostgresConnection.run`.
    package func run<T: Sendable>(_ body: @Sendable (PostgresSession) throws -> T) async throws -> T {
        try await withConnection { connection in try await connection.run(body) }
    }

    /// Runs `body` in a transaction; see `PostgresConnection.transaction`.
    package func transaction<T: Sendable>(
        attempts: Int = 3,
        isolation: PostgresIsolation = .readCommitted,
        _ body: @Sendable (PostgresSession) throws -> T
    ) async throws -> T {
        try await withConnection { connection in
            try await connection.transaction(attempts: attempts, isolation: isolation, body)
        }
    }

    /// Closes idle connections now and the others when they are given back; waiting and later calls throw `closed`.
    package func close() async {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        permits.close()
        for entry in idle { await entry.connection.close() }
    }

    private func acquirePermit() async throws {
        do {
            try await permits.acquire(timeout: acquireTimeout)
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .closed: throw Self.closed
            case .timedOut:
                throw PostgresError(
                    .poolTimeout,
                    "no connection became free within \(acquireTimeout); all \(size) of the pool are in use"
                )
            }
        }
    }

    private func takeConnection() async throws -> PostgresConnection {
        while true {
            let entry: Idle? = try state.withLock { state throws(PostgresError) in
                if state.isClosed { throw Self.closed }
                // The one used last: it is the most likely to be alive, and the others may be closed one day.
                return state.idle.popLast()
            }
            guard let entry else { return try await PostgresConnection.connect(configuration) }
            if ContinuousClock.now - entry.since < Self.checkAfterIdle { return entry.connection }
            if await entry.connection.isAlive() { return entry.connection }
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        guard connection.isOpen else { return }
        let isKept = state.withLock { state in
            guard !state.isClosed else { return false }
            state.idle.append(Idle(connection: connection, since: .now))
            return true
        }
        if !isKept { await connection.close() }
    }

    private static var closed: PostgresError { PostgresError(.closed, "the pool was closed") }
}
