import Postgres

extension Store {
    /// Has those images folded that a listing has found so far and whose layers are all analysed, which need not wait for a
    /// registry that is slow to be listed.
    ///
    /// They have their outcome with the plan. Returns how many folds were begun by this: none for a run that is not being
    /// listed.
    package func foldAhead(_ run: Run, analysisVersion: String, shards: Int) async throws -> Int {
        try await pool.transaction(attempts: 5) { session in
            // Beside batches of images. Whoever plans the run, or clears it away, waits for this, and is not waited for. The
            // run's row is changed below: what would be in its way then is found out here.
            let listed = try session.execute(
                "SELECT id FROM runs WHERE id = $1 AND state = 'listing' FOR NO KEY UPDATE SKIP LOCKED",
                [.int(run.id)]
            )
            guard !listed.isEmpty else { return 0 }
            let begun = try session.execute(
                Self.inventoryTasks,
                [.int(run.id), .text(analysisVersion), .int(shards), .int(run.priority)]
            ).affected
            if begun > 0 {
                // It stays where another coordinator lists the run anew, as the layers do that were begun.
                _ = try session.execute(
                    "UPDATE runs SET folding_since = now() WHERE id = $1 AND folding_since IS NULL",
                    [.int(run.id)]
                )
            }
            return begun
        }
    }

    /// Ends the images that have their inventory at the end of a listing that had some folded: those that were folded since it
    /// began with that could not be reused before.
    ///
    /// One statement for both kinds: of a fold that ends meanwhile it sees all or nothing. Folds are looked up one by one, which
    /// `OFFSET 0` sees to: as a join, statistics from before there were any make it go through all of them for each image.
    static let foldedAndReused = """
        UPDATE run_images SET state = CASE WHEN EXISTS (
                SELECT FROM tasks WHERE tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
                    AND tasks.state = 'done' AND tasks.state_since >= (SELECT folding_since FROM runs WHERE id = $1)
                OFFSET 0)
            THEN 'analysed' ELSE 'reused' END
        FROM image_inventories AS inventories
        WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            AND inventories.manifest_id = run_images.manifest_id AND inventories.analysis_version = $2
        """

    /// How many images of the run `$1`, which is being listed, were folded meanwhile and have their outcome with the plan.
    static let foldedImages = """
        SELECT count(*)
        FROM runs JOIN run_images ON run_images.run_id = runs.id AND run_images.state = 'pending'
            JOIN tasks ON tasks.kind = 'inventory' AND tasks.subject_id = run_images.manifest_id
        WHERE runs.id = $1 AND tasks.state = 'done' AND tasks.state_since >= runs.folding_since
        """
}
