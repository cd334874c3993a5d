import JobLifecycle
import Postgres

extension Store {
    /// Ends a claim without a result.
    ///
    /// A permanent failure, or one too many, sets the task aside ("dead").
    package func fail(_ claim: Claim, reason: String, isPermanent: Bool) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE tasks SET failures = failures + 1, error = $3, \(Self.freed),
                    state = CASE WHEN $4 OR failures + 1 >= $5 THEN 'dead' ELSE 'queued' END,
                    not_before = now() + make_interval(secs => least($6, 2 ^ failures))
                WHERE id = $1 AND attempt = $2 AND state = 'leased'
                """,
                [
                    .int(claim.task), .int(claim.attempt), .text(StorableText.clean(reason)), .bool(isPermanent),
                    .int(TaskRules.maxFailures), .int(TaskRules.maxPauseSeconds),
                ]
            )
        }
    }

    /// Gives a claim back as if it had never been taken: the worker stops.
    package func release(_ claim: Claim) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE tasks SET state = 'queued', \(Self.freed)
                WHERE id = $1 AND attempt = $2 AND state = 'leased'
                """,
                [.int(claim.task), .int(claim.attempt)]
            )
        }
    }

    /// Ends a claim whose result was lost for a reason that need not be the task's, such as an outage of the database.
    package func lose(_ claim: Claim, reason: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                Self.lose + " AND id = $4 AND attempt = $5",
                Self.lossValues(reason) + [.int(claim.task), .int(claim.attempt)]
            )
        }
    }

    /// Takes back whatever a worker held whose process has ended; returns how many tasks that were.
    ///
    /// After a crash they are suspects, and one that was alone with its worker is blamed.
    package func takeBack(worker: String, isCrash: Bool) async throws -> Int {
        try await pool.run { session in
            guard isCrash else {
                return try session.execute(
                    "UPDATE tasks SET state = 'queued', \(Self.freed) WHERE state = 'leased' AND worker = $1",
                    [.text(worker)]
                ).affected
            }
            return try session.execute(
                Self.lose + " AND worker = $4",
                Self.lossValues("the worker died") + [.text(worker)]
            ).affected
        }
    }

    /// Takes back the tasks whose leases ran out; one that did so too often, alone with its worker, is set aside.
    package func expireLeases() async throws -> Int {
        try await pool.run { session in
            try session.execute(
                Self.lose + " AND lease_until < now()",
                Self.lossValues("the lease ran out: the worker died, hung or lost the database")
            ).affected
        }
    }

    /// Puts dead tasks back into the queue, with all their failures forgiven; returns how many.
    package func retryDead() async throws -> Int {
        try await pool.run { session in
            try session.execute("UPDATE tasks SET \(Self.renewed) WHERE state = 'dead'").affected
        }
    }

    /// What holds of a task that nobody works on and Redis does not know of.
    private static let freed = "worker = NULL, lease_until = NULL, is_alone = false, dispatched_epoch = NULL"

    /// What holds of a task that was just planned; whoever still works on it comes too late.
    static let renewed = "state = 'queued', failures = 0, crashes = 0, error = NULL, not_before = '-infinity', \(freed)"

    /// A loss makes a suspect, and is a failure of a task that was alone with its worker.
    private static let lose = """
        UPDATE tasks SET crashes = crashes + 1, failures = failures + is_alone::integer, error = $1, \(freed),
            state = CASE WHEN is_alone AND failures + 1 >= $2 THEN 'dead' ELSE 'queued' END,
            not_before = CASE WHEN is_alone THEN now() + make_interval(secs => least($3, 2 ^ failures))
                ELSE not_before END
        WHERE state = 'leased'
        """

    private static func lossValues(_ reason: String) -> [PostgresValue] {
        [.text(StorableText.clean(reason)), .int(TaskRules.maxFailures), .int(TaskRules.maxPauseSeconds)]
    }
}
