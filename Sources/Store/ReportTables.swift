import Postgres

/// The images that every report of a run is drawn from, as a temporary table of one transaction.
///
/// `report_images`: the run's images in report order, numbered from 0 (`image`), with the manifest to show: for an image
/// that failed this time, the last good one. What is in the images is in a ``FleetIndex``, and what is suppressed among
/// their findings in ``SuppressionTables``.
enum ReportTables {
    static func create(run: Int, _ session: PostgresSession) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE report_images ON COMMIT DROP AS
            SELECT (row_number() OVER (ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C",
                    run_images.tag COLLATE "C") - 1)::integer AS image,
                registries.host, repositories.name AS repository, run_images.tag, run_images.digest, run_images.state,
                run_images.reason, run_images.repository_id, \(shownManifest) AS manifest_id
            FROM run_images
                JOIN repositories ON repositories.id = run_images.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE run_images.run_id = \(run);
            CREATE INDEX ON report_images (manifest_id);
            ANALYZE report_images
            """
        )
    }

    /// The manifest that a row of `run_images` shows.
    static let shownManifest = """
        CASE WHEN run_images.state = 'failed' THEN coalesce((
                SELECT good.manifest_id FROM tags AS good JOIN image_inventories USING (manifest_id)
                WHERE good.repository_id = run_images.repository_id AND good.name = run_images.tag
                ORDER BY good.valid_until DESC NULLS FIRST LIMIT 1), run_images.manifest_id)
            ELSE run_images.manifest_id END
        """
}
