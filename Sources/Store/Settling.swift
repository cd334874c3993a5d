import Postgres

extension Store {
    /// Moves the pending images of a run on, in a few statements whatever their number; returns how many are pending, or
    /// `nil` where the run is not under way any more.
    ///
    /// An image fails with a layer that was set aside; one whose layers are all analysed gets an inventory task; one
    /// that has its inventory is analysed. Layers are spread over the first `shards`, and folds over as many behind those.
    package func settle(run: Run, analysisVersion: String, shards: Int) async throws -> Int? {
        try await pool.transaction { session -> Int? in
            guard try Self.isUnderWay(run, session) else { return nil }
            try Self.hurryLayers(of: run, analysisVersion: analysisVersion, session)
            _ = try session.execute(Self.failImages, [.int(run.id), .text(analysisVersion)])
            _ = try session.execute(
                Self.inventoryTasks,
                [.int(run.id), .text(analysisVersion), .int(shards), .int(run.priority)]
            )
            _ = try session.execute(Self.missingInventories, [.int(run.id), .text(analysisVersion)])
            if run.isUrgent {
                _ = try session.execute(Self.urgentFolds, [.int(run.id), .text(analysisVersion), .int(run.priority)])
            }
            _ = try session.execute(
                """
                UPDATE run_images SET state = 'analysed' FROM image_inventories AS inventories
                WHERE run_images.run_id = $1 AND run_images.state = 'pending'
                    AND inventories.manifest_id = run_images.manifest_id AND inventories.analysis_version = $2
                """,
                [.int(run.id), .text(analysisVersion)]
            )
            return try session.count(
                "SELECT count(*) FROM run_images WHERE run_id = $1 AND state = 'pending'",
                [.int(run.id)]
            )
        }
    }

    /// Whether a run is planned and has not ended; until the transaction ends, nobody takes its tasks out of the queue.
    static func isUnderWay(_ run: Run, _ session: PostgresSession) throws -> Bool {
        try !session.execute(
            "SELECT id FROM runs WHERE id = $1 AND state = 'running' FOR KEY SHARE",
            [.int(run.id)]
        ).isEmpty
    }

    /// The lowest broken layer names the reason.
    private static let failImages = """
        UPDATE run_images SET state = 'failed', reason = broken.reason
        FROM (
            SELECT DISTINCT ON (pending.repository_id, pending.tag) pending.repository_id, pending.tag,
                CASE tasks.kind WHEN 'layer' THEN 'layer ' || layers.digest || ': ' ELSE 'inventory: ' END
                    || coalesce(tasks.error, 'unknown reason') AS reason
            FROM run_images AS pending
                JOIN manifest_layers ON manifest_layers.manifest_id = pending.manifest_id
                JOIN layers ON layers.id = manifest_layers.layer_id
                JOIN tasks ON (tasks.kind = 'layer' AND tasks.subject_id = layers.id)
                    OR (tasks.kind = 'inventory' AND tasks.subject_id = pending.manifest_id)
                LEFT JOIN layer_reports ON layer_reports.layer_id = layers.id
                    AND layer_reports.analysis_version = $2
            WHERE pending.run_id = $1 AND pending.state = 'pending' AND tasks.state = 'dead'
                AND (tasks.kind = 'inventory' OR layer_reports.layer_id IS NULL)
            ORDER BY pending.repository_id, pending.tag, manifest_layers.position, tasks.kind DESC
        ) AS broken
        WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            AND run_images.repository_id = broken.repository_id AND run_images.tag = broken.tag
        """

    /// What has a fold of this version is left out before the INSERT: a conflict would lock its task until the end of the
    /// transaction, and the workers that claim and end folds would wait for that.
    ///
    /// The layers of the images that are left are looked up one image after the other, which `OFFSET 0` sees to: as a join the
    /// planner takes that hardly a layer lacks its report, and goes through all that do for each image, for minutes.
    static let inventoryTasks = """
        WITH unfolded AS MATERIALIZED (
            SELECT DISTINCT manifest_id FROM run_images
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
                AND NOT EXISTS (
                    SELECT FROM tasks WHERE tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
                        AND tasks.analysis_version = $2)
                AND NOT EXISTS (
                    SELECT FROM image_inventories WHERE image_inventories.manifest_id = run_images.manifest_id
                        AND image_inventories.analysis_version = $2)
        )
        INSERT INTO tasks (kind, subject_id, shard, priority, state, analysis_version)
        SELECT 'inventory', manifest_id, (manifest_id % $3::bigint + $3::bigint)::smallint, $4::smallint, 'queued', $2::text
        FROM unfolded
        WHERE NOT EXISTS (
            SELECT FROM manifest_layers
                LEFT JOIN layer_reports ON layer_reports.layer_id = manifest_layers.layer_id
                    AND layer_reports.analysis_version = $2
            WHERE manifest_layers.manifest_id = unfolded.manifest_id AND layer_reports.layer_id IS NULL
            OFFSET 0)
        ORDER BY 2
        ON CONFLICT (kind, subject_id) DO UPDATE SET \(renewed), analysis_version = excluded.analysis_version,
            shard = excluded.shard
        WHERE tasks.analysis_version <> excluded.analysis_version
        """

    /// Folds that are done and whose inventory is gone; an UPDATE for the reason that ``missingReports`` has.
    private static let missingInventories = """
        UPDATE tasks SET \(renewed)
        FROM run_images
            LEFT JOIN image_inventories ON image_inventories.manifest_id = run_images.manifest_id
                AND image_inventories.analysis_version = $2
        WHERE run_images.run_id = $1 AND run_images.state = 'pending' AND tasks.kind = 'inventory'
            AND tasks.subject_id = run_images.manifest_id AND tasks.state = 'done' AND tasks.analysis_version = $2
            AND image_inventories.manifest_id IS NULL
        """

    /// Folds that wait for a bulk run become as urgent as the run that needs them too; see ``urgentLayers``.
    private static let urgentFolds = """
        WITH waiting AS MATERIALIZED (
            SELECT tasks.id FROM run_images
                JOIN tasks ON tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending' AND tasks.analysis_version = $2
                AND tasks.state = 'queued' AND tasks.priority > $3
            ORDER BY tasks.subject_id FOR UPDATE OF tasks
        )
        UPDATE tasks SET priority = $3::smallint, dispatched_epoch = NULL
        FROM waiting WHERE tasks.id = waiting.id
        """
}
