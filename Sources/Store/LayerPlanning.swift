import Postgres

extension Store {
    /// Plans the layers of what a listing has found so far, which need not wait for a registry that is slow to be listed.
    ///
    /// Returns how many layers have come to be analysed by this: none for a run that is not being listed.
    package func planAhead(_ run: Run, analysisVersion: String, shards: Int) async throws -> Int {
        try await pool.transaction(attempts: 5) { session in
            // As a batch of images holds it: whoever plans the run, or clears it away, waits for this. They are not waited
            // for, which may take minutes: there is nothing left to be begun before.
            let listed = try session.execute(
                "SELECT id FROM runs WHERE id = $1 AND state = 'listing' FOR KEY SHARE SKIP LOCKED",
                [.int(run.id)]
            )
            guard !listed.isEmpty else { return 0 }
            return try Self.planLayers(run, analysisVersion: analysisVersion, shards: shards, session)
        }
    }

    /// Notes the layers of a run's images, and makes tasks of those without a report of this analysis version.
    ///
    /// What was noted before stays as it is: a layer that was analysed since is no reused one, and one that has failed since
    /// is not tried anew here (see ``foundElsewhere``). Returns how many layers are to be analysed of those that are new.
    @discardableResult
    static func planLayers(
        _ run: Run,
        analysisVersion: String,
        shards: Int,
        _ session: PostgresSession
    ) throws -> Int {
        _ = try session.execute(outdatedLayers, [.int(run.id), .text(analysisVersion)])
        let missing = try session.execute(newLayers, [.int(run.id), .text(analysisVersion)]).map { try $0.int(0) }
        if !missing.isEmpty {
            _ = try session.execute(layerPlaces, [.int(run.id), .intArray(missing)])
            _ = try session.execute(
                layerTasks,
                [.intArray(missing), .text(analysisVersion), .int(shards), .int(run.priority)]
            )
        }
        _ = try session.execute(missingReports, [.int(run.id), .text(analysisVersion), .int(run.priority)])
        try hurryLayers(of: run, analysisVersion: analysisVersion, session)
        return missing.count
    }

    /// Forgets layers that an earlier try to list the run found, and this one did not.
    static let unlistedLayers = """
        DELETE FROM run_layers WHERE run_id = $1 AND NOT EXISTS (
            SELECT FROM run_images JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
                AND manifest_layers.layer_id = run_layers.layer_id)
        """

    /// Another chance for layers that were set aside while the run was being listed: workers look for other places among
    /// tags, which move with the plan, so that of a new image only one repository could be asked.
    ///
    /// What its workers died of is not tried anew.
    static let foundElsewhere = """
        UPDATE tasks SET \(renewed), priority = least(tasks.priority, $3::smallint)
        FROM run_layers
        WHERE run_layers.run_id = $1 AND NOT run_layers.is_reused AND tasks.kind = 'layer'
            AND tasks.subject_id = run_layers.layer_id AND tasks.analysis_version = $2
            AND tasks.state = 'dead' AND tasks.crashes = 0 AND (
                SELECT count(DISTINCT run_images.repository_id)
                FROM manifest_layers JOIN run_images ON run_images.manifest_id = manifest_layers.manifest_id
                WHERE manifest_layers.layer_id = tasks.subject_id AND run_images.run_id = $1
                    AND run_images.state = 'pending') > 1
        """

    /// Forgets what was noted for another analysis version, or waits for a task that is gone: it is noted anew.
    private static let outdatedLayers = """
        DELETE FROM run_layers WHERE run_id = $1 AND CASE WHEN is_reused
            THEN NOT EXISTS (
                SELECT FROM layer_reports WHERE layer_id = run_layers.layer_id AND analysis_version = $2)
            ELSE NOT EXISTS (
                SELECT FROM tasks WHERE kind = 'layer' AND subject_id = run_layers.layer_id AND analysis_version = $2)
            END
        """

    /// Notes each distinct layer; one is reused where a report of this analysis version stands already.
    private static let newLayers = """
        WITH noted AS (
            INSERT INTO run_layers (run_id, layer_id, is_reused)
            SELECT DISTINCT $1::bigint, manifest_layers.layer_id, coalesce(layer_reports.analysis_version = $2::text, false)
            FROM run_images
                JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
                LEFT JOIN layer_reports ON layer_reports.layer_id = manifest_layers.layer_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            ON CONFLICT (run_id, layer_id) DO NOTHING
            RETURNING layer_id, is_reused
        )
        SELECT layer_id FROM noted WHERE NOT is_reused
        """

    /// A layer to be fetched, one of `$2`, comes from a repository that this run saw: the one it was first found in may be
    /// gone.
    private static let layerPlaces = """
        UPDATE layers SET repository_id = place.repository_id
        FROM (
            SELECT DISTINCT ON (manifest_layers.layer_id) manifest_layers.layer_id, run_images.repository_id
            FROM run_images
                JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
                JOIN unnest($2::bigint[]) AS given(id) ON given.id = manifest_layers.layer_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            ORDER BY manifest_layers.layer_id, run_images.repository_id
        ) AS place
        WHERE layers.id = place.layer_id AND NOT EXISTS (
            SELECT 1 FROM run_images JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
            WHERE run_images.run_id = $1 AND run_images.state = 'pending'
                AND run_images.repository_id = layers.repository_id AND manifest_layers.layer_id = layers.id)
        """

    /// A new run gives failed layers another chance; whatever is queued or leased already goes on, unless it would end in the
    /// result of another version.
    private static let layerTasks = """
        INSERT INTO tasks (kind, subject_id, shard, priority, state, analysis_version)
        SELECT 'layer', layers.id, \(layerShard), $4::smallint, 'queued', $2::text
        FROM unnest($1::bigint[]) AS given(id) JOIN layers USING (id)
        ORDER BY layers.id
        ON CONFLICT (kind, subject_id) DO UPDATE SET \(renewed), analysis_version = excluded.analysis_version,
            shard = excluded.shard, priority = least(tasks.priority, excluded.priority)
        WHERE tasks.state = 'dead' OR tasks.analysis_version <> excluded.analysis_version
        """

    /// Layers whose analysis is done and whose report is gone.
    ///
    /// An UPDATE, which sees tasks and reports as of one moment: the conflict of an INSERT meets the newest state of a task,
    /// and would do a layer again that another run has brought in since the statement began.
    private static let missingReports = """
        UPDATE tasks SET \(renewed), priority = least(tasks.priority, $3::smallint)
        FROM run_layers
            LEFT JOIN layer_reports ON layer_reports.layer_id = run_layers.layer_id
                AND layer_reports.analysis_version = $2
        WHERE run_layers.run_id = $1 AND tasks.kind = 'layer' AND tasks.subject_id = run_layers.layer_id
            AND tasks.state = 'done' AND tasks.analysis_version = $2 AND layer_reports.layer_id IS NULL
        """

    /// Layers that wait behind thousands of others for a bulk run become as urgent as the run that needs them too, and are
    /// announced again as such; what was announced before is one more entry that finds nothing to claim.
    ///
    /// Plans lock them in one order.
    private static let urgentLayers = """
        WITH waiting AS MATERIALIZED (
            SELECT tasks.id FROM run_layers JOIN tasks ON tasks.kind = 'layer' AND tasks.subject_id = run_layers.layer_id
            WHERE run_layers.run_id = $1 AND NOT run_layers.is_reused AND tasks.analysis_version = $2
                AND tasks.state = 'queued' AND tasks.priority > $3
            ORDER BY tasks.subject_id FOR UPDATE OF tasks
        )
        UPDATE tasks SET priority = $3::smallint, dispatched_epoch = NULL
        FROM waiting WHERE tasks.id = waiting.id
        """

    /// Makes the layers of a run that somebody waits for urgent: with its plan, and again while it is settled, as one that a
    /// worker had in hand for a bulk run may have come back into the queue.
    static func hurryLayers(of run: Run, analysisVersion: String, _ session: PostgresSession) throws {
        guard run.isUrgent else { return }
        _ = try session.execute(urgentLayers, [.int(run.id), .text(analysisVersion), .int(run.priority)])
    }

    /// A layer's shard, of `$3` shards.
    static let layerShard = "(('x' || substr(layers.digest, 8, 8))::bit(32)::bigint % $3::bigint)::smallint"
}
