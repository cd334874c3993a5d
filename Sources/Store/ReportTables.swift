import Postgres

/// The images that every report of a run is drawn from, as a temporary table of one transaction.
///
/// `report_images`: the run's images in report order, numbered from 0 (`image`), with the manifest to show: for an image
/// that failed this time, the last good one. Images of repositories that the run could not list are among them as `stale`,
/// with the day on which they were `last_seen`. What is in the images is in a ``FleetIndex``, and what is suppressed
/// among their findings in ``SuppressionTables``.
enum ReportTables {
    static func create(run: Int, _ session: PostgresSession) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE report_images ON COMMIT DROP AS
            SELECT (row_number() OVER (ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C",
                    shown.tag COLLATE "C") - 1)::integer AS image,
                registries.host, repositories.name AS repository, shown.*
            FROM (
                SELECT run_images.repository_id, run_images.tag, run_images.digest, run_images.state, run_images.reason,
                    \(shownManifest) AS manifest_id, NULL::text AS last_seen
                FROM run_images WHERE run_images.run_id = \(run)
                UNION ALL \(staleImages(of: run))
            ) AS shown
                JOIN repositories ON repositories.id = shown.repository_id
                JOIN registries ON registries.id = repositories.registry_id;
            CREATE INDEX ON report_images (manifest_id);
            ANALYZE report_images
            """
        )
    }

    /// The manifest that a row of `run_images` shows.
    static let shownManifest = """
        CASE WHEN run_images.state = 'failed'
            THEN coalesce((\(lastGood(repository: "run_images.repository_id", tag: "run_images.tag"))), run_images.manifest_id)
            ELSE run_images.manifest_id END
        """

    private static func lastGood(repository: String, tag: String) -> String {
        """
        SELECT good.manifest_id FROM tags AS good JOIN image_inventories USING (manifest_id)
        WHERE good.repository_id = \(repository) AND good.name = \(tag)
        ORDER BY good.valid_until DESC NULLS FIRST LIMIT 1
        """
    }

    /// The images that tags named when a run began and that it did not look at, as their repository, or the catalog that
    /// names it, could not be listed as a whole.
    ///
    /// They were last seen when a run last found the tag with the digest that it had; where no such run is kept, when it
    /// came to have it.
    static func staleImages(of run: Int) -> String {
        """
        SELECT tags.repository_id, tags.name AS tag, tags.digest, 'stale' AS state,
            'its repository could not be listed as a whole; shown as it was last seen, on ' || seen.day AS reason,
            CASE WHEN tags.manifest_id IS NULL OR EXISTS (
                    SELECT FROM image_inventories AS own WHERE own.manifest_id = tags.manifest_id) THEN tags.manifest_id
                ELSE coalesce((\(lastGood(repository: "tags.repository_id", tag: "tags.name"))), tags.manifest_id)
                END AS manifest_id,
            seen.day AS last_seen
        FROM runs AS drawn
            JOIN tags ON tags.valid_from <= drawn.started_at
                AND (tags.valid_until IS NULL OR tags.valid_until > drawn.started_at)
            CROSS JOIN LATERAL (
                SELECT to_char(coalesce((
                    SELECT earlier.started_at
                    FROM runs AS earlier JOIN run_images AS former ON former.run_id = earlier.id
                        AND former.repository_id = tags.repository_id AND former.tag = tags.name
                    WHERE earlier.id < \(run) AND former.digest = tags.digest
                        AND former.state IN ('analysed', 'reused', 'unsupported')
                    ORDER BY earlier.id DESC LIMIT 1), tags.valid_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day) AS seen
        WHERE drawn.id = \(run)
            AND tags.repository_id IN (
                SELECT repositories.id FROM repositories JOIN registries ON registries.id = repositories.registry_id
                    JOIN run_problems ON run_problems.target = registries.host || '/' || repositories.name
                WHERE run_problems.run_id = \(run)
                UNION ALL
                SELECT repositories.id FROM repositories JOIN registries ON registries.id = repositories.registry_id
                    JOIN run_problems ON run_problems.target
                        = registries.host || '/' || repositories.name || '\(ListGaps.tags)'
                WHERE run_problems.run_id = \(run)
                UNION ALL
                SELECT repositories.id FROM repositories JOIN registries ON registries.id = repositories.registry_id
                    JOIN run_problems ON run_problems.target = registries.host || '\(ListGaps.catalog)'
                WHERE run_problems.run_id = \(run))
            AND NOT EXISTS (
                SELECT FROM run_images AS found WHERE found.run_id = \(run)
                    AND found.repository_id = tags.repository_id AND found.tag = tags.name)
        """
    }
}
