import Postgres
import ScanModel

/// Work that is due now and then, done by whichever process of the fleet comes first.
extension Store {
    /// The most tags and repositories that one run of the watch looks at.
    private static let maxWatched = 20_000
    /// Of its runs, which are known by it from those that a single subscription asks for: those come first, with 0.
    private static let watchPriority = 1

    /// Whether a chore is due; it counts as done with the transaction, so that a process that dies leaves it to the next.
    static func isDue(_ chore: String, every seconds: Int, _ session: PostgresSession) throws -> Bool {
        try session.execute(
            """
            INSERT INTO chores (name, done_at) VALUES ($1, now())
            ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at
            WHERE chores.done_at <= now() - make_interval(secs => $2::double precision)
            RETURNING name
            """,
            [.text(chore), .double(Double(seconds))]
        ).count > 0
    }

    /// Requests a run over all watched repositories and tags, where the last such one is over and `seconds` have passed.
    ///
    /// Runs that subscriptions ask for one by one do not count: an account that makes them, or whose registry is slow, would
    /// hold up what all others watch.
    ///
    /// Returns the run's number; `nil` where there is nothing to do.
    package func requestWatch(every seconds: Int) async throws -> Int? {
        try await pool.transaction { session in
            guard
                try session.count(
                    """
                    SELECT count(*) FROM runs
                    WHERE origin = 'watch' AND priority = $1 AND state NOT IN \(Run.State.finished)
                    """,
                    [.int(Self.watchPriority)]
                ) == 0, try Self.isDue("watch", every: seconds, session)
            else { return nil }
            let targets = try Self.watchedTargets(session)
            guard !targets.isEmpty else { return nil }
            return try session.count(
                """
                INSERT INTO runs (state, targets, platform, priority, origin) VALUES ('requested', $1, '', $2, 'watch')
                RETURNING id
                """,
                [.textArray(targets), .int(Self.watchPriority)]
            )
        }
    }

    /// Repositories as a whole, and the watched tags of others; what clients wrote that is neither is passed over.
    ///
    /// Tags of repositories that are watched as a whole do not count for the bound. Where there are more than it
    /// allows, accounts take turns, so that none keeps out what others watch.
    private static func watchedTargets(_ session: PostgresSession) throws -> [String] {
        let rows = try session.execute(
            """
            SELECT kind, key FROM (
                SELECT kind, key FROM (
                    SELECT subscriptions.kind, subscriptions.key, row_number() OVER (
                        PARTITION BY subscriptions.account ORDER BY subscriptions.kind, subscriptions.key) AS turn
                    FROM subscriptions
                        JOIN accounts ON accounts.name = subscriptions.account AND accounts.state = 'enabled'
                    WHERE is_active AND (subscriptions.kind = 'repo_update' OR subscriptions.kind = 'tag_update'
                        AND NOT EXISTS (
                            SELECT FROM subscriptions AS whole
                                JOIN accounts AS owner ON owner.name = whole.account AND owner.state = 'enabled'
                            WHERE whole.kind = 'repo_update' AND whole.is_active
                                AND whole.key = regexp_replace(subscriptions.key, ':[^:/]*$', '')))) AS wanted
                GROUP BY kind, key ORDER BY min(turn), kind, key LIMIT $1) AS chosen
            ORDER BY kind, key
            """,
            [.int(maxWatched)]
        )
        var repositories: Set<String> = []
        var targets: [String] = []
        for row in rows {
            guard let target = RegistryTarget(try row.string(1)), let repository = target.repository,
                target.digest == nil
            else { continue }
            let name = "\(target.registry)/\(repository)"
            if try row.string(0) == "repo_update" {
                if target.tag == nil, repositories.insert(name).inserted { targets.append(name) }
            } else if let tag = target.tag, !repositories.contains(name) {
                targets.append("\(name):\(tag)")
            }
        }
        return targets
    }
}
