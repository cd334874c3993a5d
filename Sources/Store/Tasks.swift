import Postgres
package import ScanModel

/// What a worker is asked to do.
package enum TaskKind: String, Sendable { case layer, inventory }

/// A task that waits to be announced in Redis.
package struct QueuedTask: Sendable {
    package var id: Int
    package var kind: TaskKind
    package var shard: Int
    package var priority: Int
}

/// A task that this worker holds, until its lease ends.
package struct Claim: Sendable {
    package var task: Int
    package var kind: TaskKind
    package var subject: Int
    /// The token that every change of the task's result must carry.
    package var attempt: Int
    package var analysisVersion: String
}

/// Where to fetch a layer's blob.
package struct LayerSource: Sendable {
    package var layer: Int
    package var digest: Digest
    package var size: Int64
    package var registry: String
    package var repository: String
}

extension Store {
    /// How often a task may fail before it is set aside.
    package static let maxFailures = 4

    /// Takes a queued task, or one whose lease ran out; `nil` where another has it or it is finished.
    package func claim(task: Int, worker: String, leaseSeconds: Int) async throws -> Claim? {
        try await pool.run { session in
            try session.execute(
                """
                UPDATE tasks SET state = 'leased', attempt = attempt + 1, worker = $2,
                    lease_until = now() + make_interval(secs => $3)
                WHERE id = $1 AND not_before <= now() AND state = 'queued'
                RETURNING kind, subject_id, attempt, analysis_version
                """,
                [.int(task), .text(worker), .double(Double(leaseSeconds))]
            ).first.flatMap { row in
                guard let kind = TaskKind(rawValue: try row.string(0)) else { return nil }
                return Claim(
                    task: task,
                    kind: kind,
                    subject: try row.int(1),
                    attempt: try row.int(2),
                    analysisVersion: try row.string(3)
                )
            }
        }
    }

    /// Prolongs leases; returns the tasks that are still this worker's.
    package func renew(_ claims: [Claim], leaseSeconds: Int) async throws -> Set<Int> {
        guard !claims.isEmpty else { return [] }
        let sorted = claims.sorted { $0.task < $1.task }
        return try await pool.run { session in
            Set(
                try session.execute(
                    """
                    UPDATE tasks SET lease_until = now() + make_interval(secs => $3)
                    FROM unnest($1::bigint[], $2::bigint[]) AS held(id, attempt)
                    WHERE tasks.id = held.id AND tasks.attempt = held.attempt AND tasks.state = 'leased'
                    RETURNING tasks.id
                    """,
                    [
                        .intArray(sorted.map(\.task)), .intArray(sorted.map(\.attempt)), .double(Double(leaseSeconds)),
                    ]
                ).map { try $0.int(0) }
            )
        }
    }

    /// Ends a claim without a result.
    ///
    /// A permanent failure, or one too many, sets the task aside ("dead").
    package func fail(_ claim: Claim, reason: String, isPermanent: Bool) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE tasks SET failures = failures + 1, error = $3, worker = NULL, lease_until = NULL,
                    dispatched_epoch = NULL,
                    state = CASE WHEN $4 OR failures + 1 >= $5 THEN 'dead' ELSE 'queued' END,
                    not_before = now() + make_interval(secs => least(60, 2 ^ failures))
                WHERE id = $1 AND attempt = $2 AND state = 'leased'
                """,
                [.int(claim.task), .int(claim.attempt), .text(reason), .bool(isPermanent), .int(Self.maxFailures)]
            )
        }
    }

    /// Gives a claim back as if it had never been taken: the worker stops.
    package func release(_ claim: Claim) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE tasks SET state = 'queued', worker = NULL, lease_until = NULL, dispatched_epoch = NULL
                WHERE id = $1 AND attempt = $2 AND state = 'leased'
                """,
                [.int(claim.task), .int(claim.attempt)]
            )
        }
    }

    /// Takes back the tasks whose leases ran out; one that did so too often has killed its workers and is set aside.
    package func expireLeases() async throws -> Int {
        try await pool.run { session in
            try session.execute(
                """
                UPDATE tasks SET failures = failures + 1, worker = NULL, lease_until = NULL, dispatched_epoch = NULL,
                    error = 'the lease ran out: the worker died, hung or lost the database',
                    state = CASE WHEN failures + 1 >= $1 THEN 'dead' ELSE 'queued' END
                WHERE state = 'leased' AND lease_until < now()
                """,
                [.int(Self.maxFailures)]
            ).affected
        }
    }

    /// Queued tasks that the present Redis does not know of, most urgent first, at most `limit`.
    package func undispatched(epoch: String, limit: Int) async throws -> [QueuedTask] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT id, kind, shard, priority FROM tasks
                WHERE state = 'queued' AND not_before <= now() AND dispatched_epoch IS DISTINCT FROM $1
                ORDER BY priority, id LIMIT $2
                """,
                [.text(epoch), .int(limit)]
            ).compactMap { row in
                guard let kind = TaskKind(rawValue: try row.string(1)) else { return nil }
                return QueuedTask(id: try row.int(0), kind: kind, shard: try row.int(2), priority: try row.int(3))
            }
        }
    }

    /// Notes that tasks were announced in the Redis of `epoch`.
    package func markDispatched(_ tasks: [Int], epoch: String) async throws {
        guard !tasks.isEmpty else { return }
        try await pool.run { session in
            _ = try session.execute(
                "UPDATE tasks SET dispatched_epoch = $2, dispatched_at = now() WHERE id = ANY($1) AND state = 'queued'",
                [.intArray(tasks.sorted()), .text(epoch)]
            )
        }
    }

    /// Forgets that the queued tasks of a stream were announced, for Redis holds nothing of it any more.
    package func forgetDispatch(shard: Int, priority: Int, olderThanSeconds: Int) async throws -> Int {
        try await pool.run { session in
            try session.execute(
                """
                UPDATE tasks SET dispatched_epoch = NULL
                WHERE state = 'queued' AND shard = $1 AND priority = $2 AND dispatched_epoch IS NOT NULL
                    AND dispatched_at < now() - make_interval(secs => $3)
                """,
                [.int(shard), .int(priority), .double(Double(olderThanSeconds))]
            ).affected
        }
    }

    /// How many tasks are queued, by shard and priority.
    package func queuedByStream() async throws -> [(shard: Int, priority: Int, count: Int)] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT shard, priority, count(*) FROM tasks
                WHERE state = 'queued' AND dispatched_epoch IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
                """
            ).map { (try $0.int(0), try $0.int(1), try $0.int(2)) }
        }
    }

    /// Puts dead tasks back into the queue, with all their failures forgiven; returns how many.
    package func retryDead() async throws -> Int {
        try await pool.run { session in
            try session.execute(
                """
                UPDATE tasks SET state = 'queued', failures = 0, error = NULL, dispatched_epoch = NULL,
                    not_before = '-infinity'
                WHERE state = 'dead'
                """
            ).affected
        }
    }

    package func layerSource(_ layer: Int) async throws -> LayerSource {
        try await pool.run { session in
            guard
                let row = try session.execute(
                    """
                    SELECT layers.digest, layers.size, registries.host, repositories.name
                    FROM layers JOIN repositories ON repositories.id = layers.repository_id
                        JOIN registries ON registries.id = repositories.registry_id
                    WHERE layers.id = $1
                    """,
                    [.int(layer)]
                ).first, let digest = Digest(try row.string(0))
            else { throw StoreError(.notFound, "there is no layer \(layer)") }
            return LayerSource(
                layer: layer,
                digest: digest,
                size: Int64(try row.int(1)),
                registry: try row.string(2),
                repository: try row.string(3)
            )
        }
    }
}
