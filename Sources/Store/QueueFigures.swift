import Postgres

/// The tasks that wait in one shard with one priority.
package struct QueueDepth: Sendable {
    package var shard: Int
    package var priority: Int
    package var tasks: Int
    /// How long the one that waits longest has waited, in seconds.
    package var oldestSeconds: Double
}

/// The data of one provider of advisories.
package struct AdvisoryAge: Sendable {
    package var provider: String
    package var records: Int
    /// Since its last import.
    package var seconds: Double
}

extension Store {
    /// "coord" as a number: who holds this advisory lock leads.
    package static let leaderLock = 0x636f_6f72

    /// The queue by shard and priority; what is empty is left out.
    package func queueDepths() async throws -> [QueueDepth] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT shard, priority, count(*), extract(epoch FROM now() - min(state_since))::double precision
                FROM tasks WHERE state = 'queued' GROUP BY 1, 2 ORDER BY 1, 2
                """
            ).map {
                QueueDepth(
                    shard: try $0.int(0),
                    priority: try $0.int(1),
                    tasks: try $0.int(2),
                    oldestSeconds: max(0, try $0.double(3))
                )
            }
        }
    }

    /// The data of every provider, and how many feeds could not be renewed.
    package func advisoryAges() async throws -> (providers: [AdvisoryAge], problems: Int) {
        try await pool.run { session in
            let providers = try session.execute(
                """
                SELECT provider, records, extract(epoch FROM now() - imported_at)::double precision
                FROM advisory_providers ORDER BY provider
                """
            ).map {
                AdvisoryAge(provider: try $0.string(0), records: try $0.int(1), seconds: max(0, try $0.double(2)))
            }
            return (providers, try session.count("SELECT count(*) FROM advisory_problems"))
        }
    }

    /// When the newest run of each end state ended, seconds since 1970.
    package func newestEnds() async throws -> [(state: String, seconds: Double)] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT state, extract(epoch FROM max(finished_at))::double precision
                FROM runs WHERE finished_at IS NOT NULL GROUP BY state ORDER BY state
                """
            ).map { (try $0.string(0), try $0.double(1)) }
        }
    }

    /// Whether a coordinator leads: whether its lock is held, which ends with its connection.
    package func hasLeader() async throws -> Bool {
        try await pool.run { session in
            try session.count(
                """
                SELECT count(*) FROM pg_locks
                WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1 AND objsubid = 1
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """,
                [.int(Self.leaderLock)]
            ) > 0
        }
    }
}
