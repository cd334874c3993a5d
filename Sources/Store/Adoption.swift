import Postgres

extension Store {
    /// Plans again what a run still needs, if another version of the program planned it; else changes nothing.
    ///
    /// Without this a run that an upgrade interrupts would wait for reports of a version that nobody makes any more.
    package func adopt(_ run: Run, analysisVersion: String, shards: Int) async throws {
        try await pool.transaction { session in
            guard try Self.isUnderWay(run, session) else { return }
            _ = try session.execute(
                """
                INSERT INTO tasks (kind, subject_id, shard, priority, state, analysis_version)
                SELECT DISTINCT 'layer', layers.id, \(Self.layerShard), $4::smallint, 'queued', $2::text
                FROM run_images
                    JOIN manifest_layers ON manifest_layers.manifest_id = run_images.manifest_id
                    JOIN layers ON layers.id = manifest_layers.layer_id
                    LEFT JOIN layer_reports ON layer_reports.layer_id = layers.id
                        AND layer_reports.analysis_version = $2
                WHERE run_images.run_id = $1 AND run_images.state = 'pending' AND layer_reports.layer_id IS NULL
                ORDER BY layers.id
                ON CONFLICT (kind, subject_id) DO UPDATE SET \(Self.renewed), shard = excluded.shard,
                    analysis_version = excluded.analysis_version, priority = least(tasks.priority, excluded.priority)
                WHERE tasks.analysis_version <> excluded.analysis_version
                """,
                [.int(run.id), .text(analysisVersion), .int(shards), .int(run.priority)]
            )
            _ = try session.execute(
                """
                UPDATE run_layers SET is_reused = false FROM tasks
                WHERE run_layers.run_id = $1 AND run_layers.is_reused AND tasks.kind = 'layer'
                    AND tasks.subject_id = run_layers.layer_id AND tasks.state <> 'done'
                    AND tasks.analysis_version = $2
                """,
                [.int(run.id), .text(analysisVersion)]
            )
        }
    }
}
