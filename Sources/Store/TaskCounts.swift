import Postgres

/// Where a run stands, for a watcher that asks often: counts from indexes alone.
package struct TaskCounts: Sendable {
    package var state: Run.State
    /// Layers that wait for a worker, and tasks of any kind that wait or are in hand.
    package var layersQueued: Int
    package var tasksQueued: Int
    package var tasksLeased: Int
    /// Layers that are in hand.
    package var layersLeased: Int
}

extension Store {
    /// Where a run stands.
    package func taskCounts(run: Int) async throws -> TaskCounts {
        try await pool.run { session in
            guard
                let row = try session.execute(
                    """
                    SELECT state,
                        (SELECT count(*) FROM tasks WHERE state = 'queued' AND kind = 'layer'),
                        (SELECT count(*) FROM tasks WHERE state = 'queued'),
                        (SELECT count(*) FROM tasks WHERE state = 'leased'),
                        (SELECT count(*) FROM tasks WHERE state = 'leased' AND kind = 'layer')
                    FROM runs WHERE id = $1
                    """,
                    [.int(run)]
                ).first, let state = Run.State(rawValue: try row.string(0))
            else { throw StoreError(.notFound, "there is no run \(run)") }
            return TaskCounts(
                state: state,
                layersQueued: try row.int(1),
                tasksQueued: try row.int(2),
                tasksLeased: try row.int(3),
                layersLeased: try row.int(4)
            )
        }
    }

    /// What the whole database takes on disk, in bytes.
    package func databaseBytes() async throws -> Int {
        try await pool.run { try $0.count("SELECT pg_database_size(current_database())") }
    }
}
