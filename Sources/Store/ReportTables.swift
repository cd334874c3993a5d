import Postgres

/// The images that every report of a run is drawn from, as a temporary table of one transaction.
///
/// `report_images`: the run's images in report order, numbered from 0 (`image`), with the manifest to show: for an image
/// that failed this time, the last good one as of when the run ended. Images of repositories that the run could not list
/// are among them as `stale`, with the day on which they were `last_seen`. What is in the images is in a ``FleetIndex``,
/// and what is suppressed among their findings in ``SuppressionTables``.
enum ReportTables {
    static func create(run: Int, _ session: PostgresSession) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE report_images ON COMMIT DROP AS
            SELECT (row_number() OVER (ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C",
                    shown.tag COLLATE "C") - 1)::integer AS image,
                registries.host, repositories.name AS repository, shown.*
            FROM (
                \(shownImages(of: run))
            ) AS shown
                JOIN repositories ON repositories.id = shown.repository_id
                JOIN registries ON registries.id = repositories.registry_id;
            CREATE INDEX ON report_images (manifest_id);
            ANALYZE report_images
            """
        )
    }

    /// The images that a report of a run is about, each with the manifest to show.
    static func shownImages(of run: Int) -> String {
        """
        SELECT run_images.repository_id, run_images.tag, run_images.digest, run_images.state, run_images.reason,
            \(shownManifest(by: "ended.moment")) AS manifest_id, NULL::text AS last_seen
        FROM run_images CROSS JOIN (
            SELECT coalesce(finished_at, 'infinity') AS moment FROM runs WHERE id = \(run)) AS ended
        WHERE run_images.run_id = \(run)
        UNION ALL (\(staleImages(of: run)))
        """
    }

    /// The manifest that a row of `run_images` shows, as of what was known by a moment.
    static func shownManifest(by moment: String) -> String {
        let good = lastGood(
            or: "run_images.manifest_id",
            repository: "run_images.repository_id",
            tag: "run_images.tag",
            namedBy: moment,
            analysedBy: moment
        )
        return "CASE WHEN run_images.state = 'failed' THEN \(good) ELSE run_images.manifest_id END"
    }

    /// The manifest that a tag named last of those whose analysis was there by a moment; where there is none, `manifest` if
    /// it has not been analysed since either.
    ///
    /// Since when an analysis is there is told by the runs that found it, as far as they are kept, and by when it was last
    /// made anew. Each half of a tag's history has an index of its own.
    private static func lastGood(
        or manifest: String,
        repository: String,
        tag: String,
        namedBy named: String,
        analysedBy moment: String
    ) -> String {
        let history = ["valid_until IS NULL", "valid_until IS NOT NULL"].map { half in
            """
            SELECT id, manifest_id, valid_from FROM tags AS named
                WHERE named.repository_id = \(repository) AND named.name = \(tag) AND named.\(half)
            """
        }
        return """
            coalesce((
                SELECT good.manifest_id
                FROM (\(history.joined(separator: " UNION ALL "))) AS good JOIN image_inventories USING (manifest_id)
                WHERE good.valid_from <= \(named) AND (\(moment) = 'infinity'
                    OR EXISTS (SELECT FROM image_analyses AS known WHERE known.manifest_id = good.manifest_id
                        AND known.analyzed_at <= \(moment))
                    OR EXISTS (SELECT FROM run_images AS former JOIN runs AS past ON past.id = former.run_id
                        WHERE former.manifest_id = good.manifest_id AND former.state IN ('analysed', 'reused')
                            AND past.finished_at <= \(moment)))
                ORDER BY good.valid_from DESC, good.id DESC LIMIT 1),
                CASE WHEN NOT EXISTS (SELECT FROM image_inventories AS own WHERE own.manifest_id = \(manifest))
                    THEN \(manifest) END)
            """
    }

    /// The images that tags named when a run began and that it did not look at, as their repository, or the registry or
    /// catalog that names it, could not be listed as a whole.
    ///
    /// They were last seen when a run over the fleet last found the tag with the digest that it had; where no such run is
    /// kept, when it came to have it. Most were seen the night before, so that runs are tried from the newest on; those of
    /// single images, which may be thousands, are not.
    private static func staleImages(of run: Int) -> String {
        let good = lastGood(
            or: "tags.manifest_id",
            repository: "tags.repository_id",
            tag: "tags.name",
            namedBy: "tags.valid_from",
            analysedBy: "coalesce(drawn.finished_at, 'infinity')"
        )
        return """
            WITH earlier AS MATERIALIZED (
                SELECT id, started_at FROM runs
                WHERE id < \(run) AND origin = 'fleet' AND \(Store.coversFleet(of: "runs"))
            )
            SELECT tags.repository_id, tags.name AS tag, tags.digest, 'stale' AS state,
                'its repository could not be listed as a whole; shown as it was last seen, on ' || shown.day AS reason,
                CASE WHEN tags.manifest_id IS NOT NULL THEN \(good) END AS manifest_id,
                shown.day AS last_seen
            FROM runs AS drawn
                JOIN tags ON tags.valid_from <= drawn.started_at
                    AND (tags.valid_until IS NULL OR tags.valid_until > drawn.started_at)
                LEFT JOIN LATERAL (
                    SELECT past.started_at
                    FROM (SELECT id, started_at FROM earlier ORDER BY id DESC OFFSET 0) AS past
                        JOIN run_images AS former ON former.run_id = past.id
                            AND former.repository_id = tags.repository_id AND former.tag = tags.name
                    WHERE former.digest = tags.digest AND former.state IN ('analysed', 'reused', 'unsupported')
                    ORDER BY past.id DESC LIMIT 1) AS seen ON true
                CROSS JOIN LATERAL (
                    SELECT to_char(coalesce(seen.started_at, tags.valid_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
                    ) AS shown
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
                        JOIN run_problems ON run_problems.target
                            IN (registries.host, registries.host || '\(ListGaps.catalog)')
                    WHERE run_problems.run_id = \(run))
                AND NOT EXISTS (
                    SELECT FROM run_images AS found WHERE found.run_id = \(run)
                        AND found.repository_id = tags.repository_id AND found.tag = tags.name)
            """
    }
}
