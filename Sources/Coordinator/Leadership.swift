import Logging
import Postgres
import Store
import Telemetry

/// The lead among the coordinators of a fleet: an advisory lock in PostgreSQL, which goes with the session that holds it.
struct Leadership: Sendable {
    /// Throws ``LeadLost`` once the connection that holds the lock is gone, and the lock with it.
    typealias Check = @Sendable () async throws -> Void

    private let store: Store
    /// How long the one that leads may give no sign of life.
    private let silence: Duration
    private let logger: Logger

    init(store: Store, silence: Duration, logger: Logger) {
        self.store = store
        self.silence = silence
        self.logger = logger
    }

    /// Takes the lead and does `work` for as long as it is not lost; does nothing where another has it.
    func take(_ work: @escaping @Sendable (@escaping Check) async throws -> Void) async throws {
        try await store.pool.withConnection { connection in
            let leads = try await connection.run { session in
                try session.execute("SELECT pg_try_advisory_lock($1)", [.int(Store.leaderLock)]).first?.bool(0) == true
            }
            guard leads else { return }
            logger.info("leading")
            Measure.set(MetricNames.leading, to: 1)
            defer {
                logger.info("no longer leading")
                Measure.set(MetricNames.leading, to: 0)
            }
            do {
                try await boundSilence(of: connection)
                try await hold(work) {
                    do {
                        _ = try await connection.run { try $0.execute("SELECT 1").count }
                    } catch let error as PostgresError {
                        throw LeadLost(cause: error)
                    }
                }
            } catch {
                // The lock belongs to the connection, which must not carry it back into the pool.
                await connection.close()
                throw error
            }
            await connection.close()
        }
    }

    /// Has the server end the session of a leader that gives no sign of life, and its lock with it.
    ///
    /// The network does not tell: the kernel answers for a process that is stopped. Servers before version 14 have no such limit.
    private func boundSilence(of connection: PostgresConnection) async throws {
        let milliseconds = Int(silence / .milliseconds(1))
        _ = try await connection.run { session in
            try session.execute(
                "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout'",
                [.text(String(milliseconds))]
            ).count
        }
    }

    /// Does `work`, and gives a sign of life beside: a round may take minutes, as matching a whole fleet does.
    ///
    /// Where the lead is lost meanwhile, neither the round nor a listing goes on.
    private func hold(
        _ work: @escaping @Sendable (@escaping Check) async throws -> Void,
        check: @escaping Check
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { [silence] in
                while !Task.isCancelled {
                    try await check()
                    try await Task.sleep(for: silence / 5)
                }
            }
            group.addTask { try await work(check) }
            _ = try await group.next()
        }
    }
}

/// The lead is lost, as far as is known: another may have it by now.
struct LeadLost: Error, CustomStringConvertible {
    let cause: PostgresError

    var description: String { "the lead is lost: \(cause)" }
}
