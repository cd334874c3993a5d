import Postgres

extension Store {
    /// Ends the listing: moves the tags, finds what is gone, plans the layers not yet analysed, and starts the run.
    ///
    /// A tag that the database knows in one of `listed` and that the run did not find is gone.
    ///
    /// Throws ``StoreError/Code/superseded`` where another coordinator has planned the run by now, or has begun to list it
    /// anew: what this one has found is not there any more.
    package func plan(_ run: Run, listed: [ListedRepository], analysisVersion: String, shards: Int) async throws {
        try await pool.transaction { session in
            try Self.plan(run, listed: listed, analysisVersion: analysisVersion, shards: shards, session)
        }
    }

    static func plan(
        _ run: Run,
        listed: [ListedRepository],
        analysisVersion: String,
        shards: Int,
        _ session: PostgresSession
    ) throws {
        // The run before its images, as whoever cancels it takes them; and batches under way are waited for.
        let found = try session.execute(
            """
            SELECT folding_since IS NOT NULL FROM runs WHERE id = $1 AND state = 'listing' AND listings = $2 FOR UPDATE
            """,
            [.int(run.id), .int(run.listings)]
        )
        guard let row = found.first else {
            throw StoreError(.superseded, "run \(run.id) was cancelled, or listed or planned by another coordinator")
        }
        let sorted = listed.sorted { ($0.registry, $0.name) < ($1.registry, $1.name) }
        _ = try session.execute(
            Self.goneTags,
            [.int(run.id), .textArray(sorted.map(\.registry)), .textArray(sorted.map(\.name))]
        )
        _ = try session.execute(Self.closeTags, [.int(run.id)])
        _ = try session.execute(Self.openTags, [.int(run.id)])
        _ = try session.execute(NotificationFacts.movedTags, [.int(run.id)])
        try WatchedRepositories(session).tell(run: run.id)
        _ = try session.execute(Self.unlistedLayers, [.int(run.id)])
        try Self.planLayers(run, analysisVersion: analysisVersion, shards: shards, session)
        _ = try session.execute(Self.foundElsewhere, [.int(run.id), .text(analysisVersion), .int(run.priority)])
        _ = try session.execute(Self.deadInventories, [.int(run.id)])
        let finished = try row.bool(0) ? Self.foldedAndReused : Self.reusedImages
        _ = try session.execute(finished, [.int(run.id), .text(analysisVersion)])
        _ = try session.execute("UPDATE runs SET state = 'running' WHERE id = $1", [.int(run.id)])
    }

    private static let goneTags = """
        INSERT INTO run_images (run_id, repository_id, tag, digest, manifest_id, state, reason)
        SELECT $1::bigint, tags.repository_id, tags.name, tags.digest, tags.manifest_id, 'gone', 'the tag is no longer listed'
        FROM tags
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN unnest($2::text[], $3::text[]) AS given(host, name)
                ON given.host = registries.host AND given.name = repositories.name
        WHERE tags.valid_until IS NULL
        ON CONFLICT (run_id, repository_id, tag) DO NOTHING
        """

    private static let closeTags = """
        UPDATE tags SET valid_until = now()
        FROM run_images
        WHERE run_images.run_id = $1 AND run_images.repository_id = tags.repository_id
            AND run_images.tag = tags.name AND tags.valid_until IS NULL
            AND (run_images.state = 'gone'
                OR (run_images.state <> 'failed' AND run_images.digest IS NOT NULL
                    AND (run_images.digest <> tags.digest
                        OR run_images.manifest_id IS DISTINCT FROM tags.manifest_id)))
        """

    private static let openTags = """
        INSERT INTO tags (repository_id, name, digest, manifest_id, valid_from)
        SELECT repository_id, tag, digest, manifest_id, now() FROM run_images
        WHERE run_id = $1 AND digest IS NOT NULL AND state NOT IN ('gone', 'failed')
        ORDER BY repository_id, tag
        ON CONFLICT (repository_id, name) WHERE valid_until IS NULL DO NOTHING
        """

    /// A new run gives folds that were set aside another chance too: they are planned anew once the layers are there.
    private static let deadInventories = """
        DELETE FROM tasks USING run_images
        WHERE run_images.run_id = $1 AND run_images.state = 'pending' AND tasks.kind = 'inventory'
            AND tasks.subject_id = run_images.manifest_id AND tasks.state = 'dead'
        """

    private static let reusedImages = """
        UPDATE run_images SET state = 'reused'
        FROM image_inventories AS inventories
        WHERE run_images.run_id = $1 AND run_images.state = 'pending'
            AND inventories.manifest_id = run_images.manifest_id AND inventories.analysis_version = $2
        """
}
