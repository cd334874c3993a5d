package import JobLifecycle
import Postgres
import ScanModel

/// What an image of a run waits for.
package struct WaitingImage: Sendable, Codable {
    package var image: String
    package var digest: String
    /// The one thing that most explains the wait, in words.
    package var reason: String
    /// Everything that it waits for, the lowest layer first.
    package var blockers: [Blocker]

    /// A task that an image waits for.
    package struct Blocker: Sendable, Codable {
        package var kind: TaskKind
        /// The digest of the layer or of the image.
        package var digest: String
        package var registry: String
        package var state: TaskLifecycle.State
        package var attempt: Int
        package var failures: Int
        /// Since when it is in this state; times are UTC, ISO 8601.
        package var since: String
        package var worker: String?
        package var leaseUntil: String?
        /// When it may be tried again, where that lies ahead.
        package var retryAt: String?
        /// Queued tasks that go before it.
        package var behind: Int?
        /// Whether Redis has been told of it.
        package var isAnnounced: Bool
        /// Why the last attempt failed.
        package var error: String?
        /// Until when its registry wants to be left alone.
        package var throttledUntil: String?
        package var reason = ""
    }
}

extension Store {
    /// The images of a run that have no outcome yet and why, by name, at most `limit` of them.
    ///
    /// `throttled` says until when which registry wants to be left alone, as UTC in ISO 8601.
    package func waitingImages(
        run: Int,
        limit: Int,
        throttled: [String: String] = [:]
    ) async throws -> [WaitingImage] {
        try await pool.run { session in
            let listing = try Self.listing(run, throttled, session)
            var images: [WaitingImage] = []
            for row in try session.execute(Self.waiting, [.int(run), .int(limit)]) {
                let name = try row.string(0)
                if images.last?.image != name {
                    images.append(WaitingImage(image: name, digest: try row.string(1), reason: "", blockers: []))
                }
                guard let kind = try row.optionalString(2).flatMap(TaskKind.init) else { continue }
                let host = try row.optionalString(4) ?? ""
                var blocker = WaitingImage.Blocker(
                    kind: kind,
                    digest: try row.optionalString(3) ?? "",
                    registry: host,
                    state: TaskLifecycle.State(rawValue: try row.string(5)) ?? .queued,
                    attempt: try row.int(6),
                    failures: try row.int(7),
                    since: try row.string(8),
                    worker: try row.optionalString(9),
                    leaseUntil: try row.optionalString(10),
                    retryAt: try row.optionalString(11),
                    behind: try row.optionalInt(12),
                    isAnnounced: try row.bool(13),
                    error: try row.optionalString(14),
                    throttledUntil: kind == .layer ? throttled[host] : nil
                )
                blocker.reason = WaitingReason.text(blocker)
                images[images.count - 1].blockers.append(blocker)
            }
            for index in images.indices {
                let blockers = images[index].blockers
                // What an earlier run set aside gets another chance when this one plans it.
                let isBegun = blockers.contains { $0.state != .dead }
                images[index].reason = listing.flatMap { isBegun ? nil : $0 } ?? WaitingReason.text(blockers)
            }
            return images
        }
    }

    /// What holds up a run as a whole that is not planned yet; `nil` for one that is.
    ///
    /// `throttled` is that of ``waitingImages(run:limit:throttled:)``.
    package func listing(run: Int, throttled: [String: String] = [:]) async throws -> String? {
        try await pool.run { try Self.listing(run, throttled, $0) }
    }

    /// No image has its outcome before the last repository is listed, whatever was done for it by then.
    private static func listing(
        _ run: Int,
        _ throttled: [String: String],
        _ session: PostgresSession
    ) throws -> String? {
        let row = try session.execute(
            """
            SELECT named_repositories, listed_repositories, targets FROM runs
            WHERE id = $1 AND state IN ('requested', 'listing')
            """,
            [.int(run)]
        ).first
        guard let row else { return nil }
        let registries = Set(try row.strings(2).compactMap { RegistryTarget($0)?.registry })
        return WaitingReason.listing(
            named: try row.int(0),
            listed: try row.int(1),
            throttled: throttled.filter { registries.contains($0.key) }
        )
    }

    private static func time(_ column: String) -> String {
        #"to_char(\#(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
    }

    private static let waiting = """
        WITH waiting AS (
            SELECT registries.host || '/' || repositories.name
                    || CASE WHEN run_images.tag LIKE 'sha256:%' THEN '@' ELSE ':' END || run_images.tag AS image,
                coalesce(run_images.digest, '') AS digest, run_images.manifest_id
            FROM run_images JOIN repositories ON repositories.id = run_images.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C", run_images.tag COLLATE "C" LIMIT $2
        ), needed AS (
            SELECT waiting.image, 'layer' AS kind, layers.id AS subject_id, layers.digest, registries.host,
                min(manifest_layers.position)::int AS place
            FROM waiting JOIN manifest_layers ON manifest_layers.manifest_id = waiting.manifest_id
                JOIN layers ON layers.id = manifest_layers.layer_id
                JOIN repositories ON repositories.id = layers.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            GROUP BY waiting.image, layers.id, layers.digest, registries.host
            UNION ALL
            SELECT image, 'inventory', manifest_id, digest, NULL, 1000000 FROM waiting
        ), queue AS (
            SELECT id, row_number() OVER (PARTITION BY kind ORDER BY priority, id) - 1 AS ahead FROM tasks
            WHERE state = 'queued' AND not_before <= now()
        ), blocking AS (
            SELECT needed.*, tasks.state, tasks.attempt, tasks.failures, tasks.state_since, tasks.worker,
                tasks.lease_until, tasks.not_before, tasks.dispatched_epoch, tasks.error, queue.ahead
            FROM needed JOIN tasks ON tasks.kind = needed.kind AND tasks.subject_id = needed.subject_id
                LEFT JOIN queue ON queue.id = tasks.id
            WHERE tasks.state <> 'done'
        )
        SELECT waiting.image, waiting.digest, blocking.kind, blocking.digest, blocking.host, blocking.state,
            blocking.attempt, blocking.failures, \(time("blocking.state_since")), blocking.worker,
            \(time("blocking.lease_until")),
            CASE WHEN blocking.state = 'queued' AND blocking.not_before > now() THEN \(time("blocking.not_before")) END,
            blocking.ahead, blocking.dispatched_epoch IS NOT NULL, blocking.error
        FROM waiting LEFT JOIN blocking ON blocking.image = waiting.image
        ORDER BY waiting.image COLLATE "C", blocking.place
        """
}
