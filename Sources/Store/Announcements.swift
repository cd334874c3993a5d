import Postgres

extension Store {
    /// Queued tasks that the present Redis does not know of, of one kind or of both, of one priority or the most
    /// urgent first, at most `limit`.
    package func undispatched(
        epoch: String,
        kind: TaskKind? = nil,
        priority: Int? = nil,
        limit: Int
    ) async throws -> [QueuedTask] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT id, kind, shard, priority, attempt FROM tasks
                WHERE state = 'queued' AND not_before <= now() AND dispatched_epoch IS DISTINCT FROM $1
                    AND ($3::bigint IS NULL OR priority = $3) AND ($4::text IS NULL OR kind = $4)
                ORDER BY priority, id LIMIT $2
                """,
                [.text(epoch), .int(limit), .int(priority), .text(kind?.rawValue)]
            ).compactMap { row in
                guard let kind = TaskKind(rawValue: try row.string(1)) else { return nil }
                return QueuedTask(
                    id: try row.int(0),
                    kind: kind,
                    shard: try row.int(2),
                    priority: try row.int(3),
                    attempt: try row.int(4)
                )
            }
        }
    }

    /// Notes that tasks were announced in the Redis of `epoch`.
    ///
    /// One that was claimed since it was read, and given back, is not among them: its entry was used up. Nor is one that has
    /// become more urgent since: it is announced again.
    package func markDispatched(_ tasks: [QueuedTask], epoch: String) async throws {
        guard !tasks.isEmpty else { return }
        let sorted = tasks.sorted { $0.id < $1.id }
        try await pool.transaction(attempts: 5) { session in
            _ = try session.execute(
                """
                UPDATE tasks SET dispatched_epoch = $3, dispatched_at = now()
                FROM unnest($1::bigint[], $2::bigint[], $4::bigint[]) AS told(id, attempt, priority)
                WHERE tasks.id = told.id AND tasks.attempt = told.attempt AND tasks.priority = told.priority
                    AND tasks.state = 'queued'
                """,
                [
                    .intArray(sorted.map(\.id)), .intArray(sorted.map(\.attempt)), .text(epoch),
                    .intArray(sorted.map(\.priority)),
                ]
            )
        }
    }

    /// Forgets that the queued tasks of a stream were announced, for Redis holds nothing of it any more.
    package func forgetDispatch(shard: Int, priority: Int, olderThanSeconds: Int) async throws -> Int {
        try await pool.transaction(attempts: 5) { session in
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
}
