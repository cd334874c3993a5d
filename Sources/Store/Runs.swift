import Postgres
package import Reports

/// One scan of a fleet, as the coordinator carries it out.
package struct Run: Sendable {
    package enum State: String, Sendable {
        case requested, listing, running, done, failed, cancelled
        package var isFinished: Bool { self == .done || self == .failed || self == .cancelled }

        /// The states of ``isFinished``, as statements list them.
        static let finished = "('done', 'failed', 'cancelled')"
    }

    package var id: Int
    package var state: State
    package var targets: [String]
    /// The platform asked for, `linux/amd64`; empty for each image's own best.
    package var platform: String
    package var priority: Int
    package var reason: String?
    /// How many listings of it were begun when it was read, which is the number of the last one.
    package var listings = 0

    /// Whether somebody waits for it: it goes before bulk runs.
    package var isUrgent: Bool { priority == 0 }
}

/// What `fleet status RUN` shows.
package struct RunStatus: Sendable {
    package var run: Run
    package var requestedAt = ""
    package var seconds = 0.0
    package var found = 0
    package var pending = 0
    /// Of the pending ones those that are folded already, while the run is still being listed.
    package var folded = 0
    /// Images by their outcome; pending ones, too.
    package var byState: [String: Int] = [:]
    package var layersDistinct = 0
    package var layersAnalysed = 0
    package var layersReused = 0
    package var layersFailed = 0
    package var layersActive = 0
    package var bytesFetched: Int64 = 0
    /// What sharing has made needless, as far as the layers are planned.
    package var bytesAvoided: Int64 = 0
    package var bytesPlanned: Int64 = 0
    /// Of the planned ones, those of layers that failed.
    package var bytesFailed: Int64 = 0
    package var workers = 0

    /// How many of its images ended so.
    package func images(_ outcome: ImageOutcome) -> Int { byState[outcome.rawValue] ?? 0 }
}

extension Store {
    /// Records a wish for a run; a coordinator takes it up.
    ///
    /// One that a subscription asks for is no run over the fleet, and no report is about it.
    package func requestRun(
        targets: [String],
        platform: String,
        priority: Int,
        isSubscription: Bool = false
    ) async throws -> Int {
        try await pool.run { session in
            try session.count(
                """
                INSERT INTO runs (state, targets, platform, priority, origin) VALUES ('requested', $1, $2, $3, $4)
                RETURNING id
                """,
                [
                    .textArray(targets), .text(platform), .int(priority), .text(isSubscription ? "watch" : "fleet"),
                ]
            )
        }
    }

    /// Runs that are not finished, the oldest first.
    package func openRuns() async throws -> [Run] {
        try await pool.run { session in
            try session.execute(Self.selectRun + " WHERE state NOT IN \(Run.State.finished) ORDER BY id").map(Self.run)
        }
    }

    /// One run, or the newest where `id` is `nil`.
    package func run(_ id: Int?) async throws -> Run? {
        try await pool.run { session in
            guard let id else {
                return try session.execute(Self.selectRun + " ORDER BY id DESC LIMIT 1").first.map(Self.run)
            }
            return try session.execute(Self.selectRun + " WHERE id = $1", [.int(id)]).first.map(Self.run)
        }
    }

    /// The newest runs first.
    package func recentRuns(limit: Int) async throws -> [Int] {
        try await pool.run { session in
            try session.execute("SELECT id FROM runs ORDER BY id DESC LIMIT $1", [.int(limit)]).map { try $0.int(0) }
        }
    }

    /// Starts (or, after a coordinator's death, starts again) the listing of a run, as it was read before.
    ///
    /// Returns the run with the number of this listing: what is added, planned or failed by another number changes nothing.
    /// Throws ``StoreError/Code/superseded`` where somebody has begun, planned or cancelled it since it was read.
    package func beginListing(_ run: Run) async throws -> Run {
        try await pool.transaction { session in
            // Batches of an earlier listing are waited for: what they bring is cleared away below.
            let found = try session.execute(
                "SELECT id FROM runs WHERE id = $1 AND state IN ('requested', 'listing') AND listings = $2 FOR UPDATE",
                [.int(run.id), .int(run.listings)]
            )
            guard !found.isEmpty else {
                throw StoreError(.superseded, "run \(run.id) was cancelled, or listed by another coordinator")
            }
            _ = try session.execute(
                """
                UPDATE runs SET state = 'listing', started_at = coalesce(started_at, now()), named_repositories = 0,
                    listed_repositories = 0, listings = listings + 1
                WHERE id = $1
                """,
                [.int(run.id)]
            )
            // Layers stay: of those that were begun, the plan has to know that they are no reused ones.
            for table in ["run_images", "run_problems"] {
                _ = try session.execute("DELETE FROM \(table) WHERE run_id = $1", [.int(run.id)])
            }
            var begun = run
            begun.state = .listing
            begun.listings += 1
            return begun
        }
    }

    /// Notes how far the listing of a run is: how many repositories there are to be listed, and how many are done.
    ///
    /// Waits for nobody: where somebody has the run in hand, it is planned or cancelled.
    package func noteListing(run: Int, named: Int, listed: Int) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE runs SET named_repositories = $2, listed_repositories = $3
                WHERE id = (SELECT id FROM runs WHERE id = $1 AND state = 'listing' FOR NO KEY UPDATE SKIP LOCKED)
                """,
                [.int(run), .int(named), .int(listed)]
            )
        }
    }

    /// The characters of a target's reasons after which no more are kept.
    private static let maxReasons = 4_000

    /// Notes that a target, or a repository of it, could not be listed, or not without gaps (``ListGaps``).
    ///
    /// What was noted of it before stays, up to a bound. Where another listing of the run was begun than the
    /// one of `run`, nothing is noted.
    package func addProblem(run: Run, target: String, reason: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO run_problems (run_id, target, reason)
                SELECT id, $2::text, $3::text
                FROM (SELECT id FROM runs WHERE id = $1 AND listings = $5 FOR KEY SHARE) AS held
                ON CONFLICT (run_id, target) DO UPDATE SET reason = run_problems.reason || '; ' || excluded.reason
                WHERE length(run_problems.reason) < $4
                    AND position('; ' || excluded.reason || '; ' IN '; ' || run_problems.reason || '; ') = 0
                """,
                [.int(run.id), .text(target), .text(reason), .int(Self.maxReasons), .int(run.listings)]
            )
        }
    }

    /// What could not be listed in a run, as (target, reason).
    package func problems(run: Int) async throws -> [(target: String, reason: String)] {
        try await pool.run { session in
            try session.execute(
                "SELECT target, reason FROM run_problems WHERE run_id = $1 ORDER BY target",
                [.int(run)]
            ).map { (try $0.string(0), try $0.string(1)) }
        }
    }

    /// Why an image has failed whose run ended before anything became of it.
    static let abandonedReason = "the run failed before it was done with the image"

    /// Why images have failed of which nothing is known but that their run ended too soon, as statements list it: that is no
    /// failure of theirs.
    static let reasonsOfRuns = "('\(cancelledReason)', '\(abandonedReason)')"

    /// Ends a run; only one that is still open changes.
    ///
    /// Images of a failed run that have no outcome fail with it. `advisories` is the state of the advisories that its packages were
    /// matched with (``RematchSummary/state``); without it, it is the present one. With `listing` only that one of its listings
    /// ends it (``Run/listings``). Returns whether it was open.
    @discardableResult
    package func finish(
        run: Int,
        state: Run.State,
        reason: String?,
        workers: Int,
        advisories: Int? = nil,
        listing: Int? = nil
    ) async throws -> Bool {
        try await pool.transaction { session in
            let ended = try session.execute(
                """
                UPDATE runs SET state = $2, reason = $3, workers = $4, finished_at = now(),
                    advisory_state = CASE WHEN $5::bigint IS NULL THEN (SELECT max(id) FROM advisory_states)
                        ELSE nullif($5, 0) END
                WHERE id = $1 AND state NOT IN \(Run.State.finished) AND ($6::bigint IS NULL OR listings = $6)
                """,
                [
                    .int(run), .text(state.rawValue), .text(reason), .int(workers), .int(advisories), .int(listing),
                ]
            ).affected
            guard ended == 1 else { return false }
            // What is slow to tell is slow at the next try as well, and the run would never end.
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            if state == .failed { try Self.failPending(run: run, session) }
            _ = try session.execute(Self.analysesOfRun, [.int(run)])
            _ = try session.execute(Self.eventsOfRun, [.int(run)])
            let analysed = state == .failed ? Self.analysedBefore : NotificationFacts.analysedImages
            _ = try session.execute(analysed, [.int(run)])
            return true
        }
    }

    /// Ends the images of a run that have no outcome, where the database takes that: what it refused may be just this, and
    /// the end of the run is told all the same.
    private static func failPending(run: Int, _ session: PostgresSession) throws {
        try session.script("SAVEPOINT images")
        do throws(PostgresError) {
            // Batches that took the run while it was open are waited for.
            _ = try session.execute("SELECT id FROM runs WHERE id = $1 FOR UPDATE", [.int(run)])
            _ = try session.execute(
                "UPDATE run_images SET state = 'failed', reason = $2 WHERE run_id = $1 AND state = 'pending'",
                [.int(run), .text(abandonedReason)]
            )
            try session.script("RELEASE SAVEPOINT images")
        } catch {
            guard !error.isTransient, !error.isCancellation else { throw error }
            try session.script("ROLLBACK TO SAVEPOINT images; RELEASE SAVEPOINT images")
        }
    }

    /// What has become of a run so far, as of one moment; throws ``StoreError/Code/notFound`` where there is none.
    package func status(run id: Int) async throws -> RunStatus {
        try await pool.transaction(isolation: .repeatableRead) { session in
            guard let row = try session.execute(Self.selectRun + " WHERE id = $1", [.int(id)]).first else {
                throw StoreError(.notFound, "there is no run \(id)")
            }
            var status = RunStatus(run: try Self.run(row))
            if let times = try session.execute(Self.times, [.int(id)]).first {
                status.requestedAt = try times.string(0)
                status.seconds = try times.double(1)
                status.workers = try times.int(2)
                if try times.bool(3) { status.folded = try session.count(Self.foldedImages, [.int(id)]) }
            }
            for row in try session.execute(
                "SELECT state, count(*) FROM run_images WHERE run_id = $1 GROUP BY state",
                [.int(id)]
            ) {
                status.byState[try row.string(0)] = try row.int(1)
            }
            status.found = status.byState.values.reduce(0, +)
            status.pending = status.byState["pending"] ?? 0
            if let row = try session.execute(Self.layerCounts, [.int(id)]).first {
                status.layersDistinct = try row.int(0)
                status.layersReused = try row.int(1)
                status.layersAnalysed = try row.int(2)
                status.layersFailed = try row.int(3)
                status.layersActive = try row.int(4)
                status.bytesFetched = Int64(try row.int(5))
                status.bytesPlanned = Int64(try row.int(6))
                status.bytesFailed = Int64(try row.int(7))
            }
            let total = try session.count(Self.notedBytes, [.int(id)])
            status.bytesAvoided = max(0, Int64(total) - status.bytesPlanned)
            return status
        }
    }

    private static let selectRun = "SELECT id, state, targets, platform, priority, reason, listings FROM runs"

    private static let times = """
        SELECT to_char(coalesce(started_at, requested_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            extract(epoch FROM coalesce(finished_at, now()) - coalesce(started_at, requested_at))::double precision,
            workers, state = 'listing' AND folding_since IS NOT NULL
        FROM runs WHERE id = $1
        """

    /// A sum of bytes that images state, which may be more than there are numbers for.
    static func bytes(_ sum: String) -> String { "least(coalesce(\(sum), 0), \(Int64.max))::bigint" }

    /// What became of a layer after its run was cancelled is another run's.
    private static let layerCounts = """
        SELECT count(*), count(*) FILTER (WHERE run_layers.is_reused),
            count(*) FILTER (WHERE NOT run_layers.is_reused AND tasks.state = 'done'),
            count(*) FILTER (WHERE NOT run_layers.is_reused AND tasks.state = 'dead'),
            count(*) FILTER (WHERE NOT run_layers.is_reused AND tasks.state = 'leased'),
            \(bytes("sum(layers.size) FILTER (WHERE NOT run_layers.is_reused AND tasks.state = 'done')")),
            \(bytes("sum(layers.size) FILTER (WHERE NOT run_layers.is_reused)")),
            \(bytes("sum(layers.size) FILTER (WHERE NOT run_layers.is_reused AND tasks.state = 'dead')"))
        FROM run_layers JOIN layers ON layers.id = run_layers.layer_id
            JOIN runs ON runs.id = run_layers.run_id
            LEFT JOIN tasks ON tasks.kind = 'layer' AND tasks.subject_id = run_layers.layer_id
                AND (runs.state <> 'cancelled' OR tasks.state_since <= runs.finished_at)
        WHERE run_layers.run_id = $1
        """

    /// What the images would cost without sharing, of those layers alone that the run has planned or found known: while it
    /// is being listed nobody can tell of the others, nor of those of a run that ended before it was planned.
    private static let notedBytes = """
        SELECT \(bytes("sum(layers.size)"))
        FROM run_images
            JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
            JOIN run_layers ON run_layers.run_id = run_images.run_id
                AND run_layers.layer_id = manifest_layers.layer_id
            JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE run_images.run_id = $1
        """

    private static func run(_ row: PostgresRow) throws -> Run {
        Run(
            id: try row.int(0),
            state: Run.State(rawValue: try row.string(1)) ?? .failed,
            targets: try row.strings(2),
            platform: try row.string(3),
            priority: try row.int(4),
            reason: try row.optionalString(5),
            listings: try row.int(6)
        )
    }
}
