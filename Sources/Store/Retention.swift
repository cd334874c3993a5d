package import Foundation
import Postgres

/// How long the fleet's past is kept.
package struct RetentionSettings: Sendable, Equatable {
    /// Finished runs are kept this long, those of subscriptions two days at most; the newest good ones over the fleet,
    /// which reports compare, always.
    package var runDays: Int
    /// Images that no tag names any more, and where tags once pointed, are kept this long after they were last named; events
    /// as long.
    package var imageDays: Int

    /// A month of runs and a quarter of images, unless told otherwise.
    package init(runDays: Int = 30, imageDays: Int = 90) {
        self.runDays = runDays
        self.imageDays = imageDays
    }
}

/// What a pass of retention removed.
package struct RetentionSummary: Sendable, Equatable {
    package var runs = 0
    package var tags = 0
    package var manifests = 0
    package var layers = 0
    package var sets = 0
    package var packages = 0

    package init(runs: Int = 0, tags: Int = 0, manifests: Int = 0, layers: Int = 0, sets: Int = 0, packages: Int = 0) {
        self.runs = runs
        self.tags = tags
        self.manifests = manifests
        self.layers = layers
        self.sets = sets
        self.packages = packages
    }

    package var isEmpty: Bool { self == RetentionSummary() }
}

extension Store {
    /// Runs over the fleet that are kept whatever their age: the newest, and the one that it is compared with.
    private static let keptRuns = 2
    /// Runs that subscriptions ask for, which may be many a day, are kept no longer than this.
    private static let watchDays = 2

    /// Removes what is older than `settings` allow, and has PostgreSQL use the space again.
    ///
    /// An image stays while a tag names it, while a run that is kept lists it, while it is the last good result of a
    /// tag whose newer image could not be analysed, while it is in an archive, and while a task about it is not finished.
    /// Layers, sets and packages go with the last image that holds them. Returns `nil`, and does nothing, while a run is
    /// under way.
    ///
    /// Days are counted from `now`, by the database's clock where it is not given: one that is years ahead, as a coordinator's own
    /// may be, would leave nothing of the past.
    package func retain(_ settings: RetentionSettings, now: Date? = nil) async throws -> RetentionSummary? {
        let moment = try await instant(now)
        let images = try await pool.transaction(attempts: 5) { session -> RetentionSummary? in
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            // A run that is planned meanwhile would build on what is removed here.
            _ = try session.execute("LOCK TABLE runs IN SHARE ROW EXCLUSIVE MODE")
            guard try session.count("SELECT count(*) FROM runs WHERE state IN ('listing', 'running')") == 0 else {
                return nil
            }
            return try Self.removeImages(settings, moment, session)
        }
        guard var summary = images else { return nil }
        let content = try await pool.transaction(attempts: 5) { session -> (sets: Int, packages: Int) in
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            // A package that is matched meanwhile, and an inventory that is merged, would point at what is removed here.
            try RematchBatch.exclude(session)
            _ = try session.execute("LOCK TABLE package_sets IN SHARE ROW EXCLUSIVE MODE")
            return try Self.removeContent(session)
        }
        summary.sets = content.sets
        summary.packages = content.packages
        guard !summary.isEmpty else { return summary }
        for table in Self.vacuumed {
            try await pool.run { session in
                // Not in a transaction, so that the bound of the connection, which others use after it, is put back by hand.
                let bound = try session.execute("SELECT current_setting('statement_timeout')").first?.string(0) ?? "0"
                _ = try session.execute("SET statement_timeout = 0")
                defer {  // the pool drops a broken connection
                    _ = try? session.execute("SELECT set_config('statement_timeout', $1, false)", [.text(bound)])
                }
                _ = try session.execute("VACUUM (ANALYZE) \(table)")
            }
        }
        return summary
    }

    private func instant(_ now: Date?) async throws -> PostgresValue {
        if let now { return .timestamp(microseconds: Int64(now.timeIntervalSince1970 * 1_000_000)) }
        let microseconds = try await pool.run { session in
            try session.execute("SELECT now()").first?.timestamp(0)
        }
        guard let microseconds else { throw StoreError(.notFound, "the database does not tell the time") }
        return .timestamp(microseconds: microseconds)
    }

    private static let vacuumed = [
        "runs", "run_images", "run_layers", "tags", "manifests", "manifest_layers", "layers", "layer_reports", "tasks",
        "image_inventories", "image_sets", "package_sets", "packages", "package_keys", "package_vulnerabilities",
        "resolutions",
    ]

    private static func removeImages(
        _ settings: RetentionSettings,
        _ now: PostgresValue,
        _ session: PostgresSession
    ) throws -> RetentionSummary {
        var summary = RetentionSummary()
        summary.runs = try removeRuns(settings, now, session)
        try removeEvents(settings, now, session)
        summary.tags = try removeTags(settings, now, session)
        summary.manifests = try removeManifests(session)
        summary.layers = try removeLayers(session)
        return summary
    }

    private static func removeRuns(
        _ settings: RetentionSettings,
        _ now: PostgresValue,
        _ session: PostgresSession
    ) throws -> Int {
        try session.execute(
            """
            DELETE FROM runs WHERE state IN \(Run.State.finished) AND finished_at < $1::timestamptz
                    - make_interval(days => CASE origin WHEN 'watch' THEN least($2::integer, $4::integer) ELSE $2::integer END)
                AND id NOT IN (
                    SELECT kept.id FROM runs AS kept WHERE kept.state = 'done' AND kept.origin = 'fleet'
                    ORDER BY \(Store.coversFleet(of: "kept")) DESC, kept.id DESC LIMIT $3)
                AND id IS DISTINCT FROM (SELECT max(id) FROM runs WHERE state = 'done')
            """,
            [now, .int(settings.runDays), .int(keptRuns), .int(watchDays)]
        ).affected
    }

    private static func removeEvents(
        _ settings: RetentionSettings,
        _ now: PostgresValue,
        _ session: PostgresSession
    ) throws {
        // One account after the other, as their index has them: over all at once the whole table is read for a day's events.
        for account in try session.execute("SELECT name FROM accounts ORDER BY name").map({ try $0.string(0) }) {
            _ = try session.execute(
                """
                DELETE FROM events
                WHERE account = $3 AND created_at < $1::timestamptz - make_interval(days => $2::integer)
                """,
                [now, .int(settings.imageDays), .text(account)]
            )
        }
    }

    private static func removeTags(
        _ settings: RetentionSettings,
        _ now: PostgresValue,
        _ session: PostgresSession
    ) throws -> Int {
        try session.execute(
            """
            WITH good AS (
                SELECT DISTINCT ON (former.repository_id, former.name) former.id
                FROM tags JOIN tags AS former ON former.repository_id = tags.repository_id AND former.name = tags.name
                    AND former.valid_until IS NOT NULL
                    JOIN image_inventories ON image_inventories.manifest_id = former.manifest_id
                WHERE tags.valid_until IS NULL AND NOT EXISTS (
                    SELECT 1 FROM image_inventories AS own WHERE own.manifest_id = tags.manifest_id)
                ORDER BY former.repository_id, former.name, former.valid_until DESC, former.id DESC
            )
            DELETE FROM tags WHERE valid_until < $1::timestamptz - make_interval(days => $2::integer)
                AND id NOT IN (SELECT id FROM good)
                AND NOT EXISTS (SELECT FROM archived_images WHERE archived_images.manifest_id = tags.manifest_id)
            """,
            [now, .int(settings.imageDays)]
        ).affected
    }

    private static func removeManifests(_ session: PostgresSession) throws -> Int {
        try session.script(
            """
            CREATE TEMPORARY TABLE unused_manifests ON COMMIT DROP AS
            SELECT id FROM manifests
            WHERE NOT EXISTS (SELECT 1 FROM tags WHERE tags.manifest_id = manifests.id)
                AND NOT EXISTS (SELECT 1 FROM run_images WHERE run_images.manifest_id = manifests.id)
                AND NOT EXISTS (SELECT 1 FROM tasks WHERE kind = 'inventory' AND subject_id = manifests.id
                    AND state IN ('queued', 'leased'));
            ANALYZE unused_manifests;
            DELETE FROM resolutions WHERE manifest_id IN (SELECT id FROM unused_manifests);
            DELETE FROM tasks WHERE kind = 'inventory' AND subject_id IN (SELECT id FROM unused_manifests)
            """
        )
        return try session.execute("DELETE FROM manifests WHERE id IN (SELECT id FROM unused_manifests)").affected
    }

    private static func removeLayers(_ session: PostgresSession) throws -> Int {
        try session.script(
            """
            CREATE TEMPORARY TABLE unused_layers ON COMMIT DROP AS
            SELECT id FROM layers
            WHERE NOT EXISTS (SELECT 1 FROM manifest_layers WHERE layer_id = layers.id)
                AND NOT EXISTS (SELECT 1 FROM tasks WHERE kind = 'layer' AND subject_id = layers.id
                    AND state IN ('queued', 'leased'));
            ANALYZE unused_layers;
            DELETE FROM run_layers WHERE layer_id IN (SELECT id FROM unused_layers);
            DELETE FROM tasks WHERE kind = 'layer' AND subject_id IN (SELECT id FROM unused_layers)
            """
        )
        return try session.execute("DELETE FROM layers WHERE id IN (SELECT id FROM unused_layers)").affected
    }

    private static func removeContent(_ session: PostgresSession) throws -> (sets: Int, packages: Int) {
        let sets = try session.execute(
            "DELETE FROM package_sets WHERE NOT EXISTS (SELECT 1 FROM image_sets WHERE set_id = package_sets.id)"
        ).affected
        guard sets > 0 else { return (0, 0) }
        try session.script(
            """
            CREATE TEMPORARY TABLE used_packages ON COMMIT DROP AS
            SELECT DISTINCT unnest(package_ids)::bigint AS id FROM package_sets;
            ANALYZE used_packages;
            INSERT INTO used_packages
            SELECT DISTINCT owner FROM packages JOIN used_packages USING (id)
            WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM used_packages);
            DELETE FROM waiting_packages WHERE NOT EXISTS (SELECT 1 FROM used_packages WHERE id = package_id);
            DELETE FROM package_keys WHERE NOT EXISTS (SELECT 1 FROM used_packages WHERE id = package_id);
            DELETE FROM package_vulnerabilities WHERE NOT EXISTS (SELECT 1 FROM used_packages WHERE id = package_id)
            """
        )
        let packages = try session.execute(
            "DELETE FROM packages WHERE NOT EXISTS (SELECT 1 FROM used_packages WHERE used_packages.id = packages.id)"
        ).affected
        return (sets, packages)
    }
}
