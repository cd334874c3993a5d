import Postgres

/// The rows that every report of a run is drawn from, as temporary tables of one transaction.
///
/// `report_images`: the run's images with the manifest to show: for an image that failed this time, the last good one.
/// `report_packages`: the distinct packages of each manifest shown. `report_findings`: their open matches; what an OS
/// package owns was matched with what its distribution says, and is left out where it was stored before that was so. What
/// is suppressed among them is in ``SuppressionTables``.
enum ReportTables {
    static func create(run: Int, _ session: PostgresSession) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE report_images ON COMMIT DROP AS
            SELECT registries.host, repositories.name AS repository, run_images.tag, run_images.digest, run_images.state,
                run_images.reason, run_images.repository_id,
                row_number() OVER (ORDER BY run_images.repository_id, run_images.tag COLLATE "C")::integer AS image,
                CASE WHEN run_images.state = 'failed' THEN coalesce(run_images.manifest_id, tags.manifest_id)
                    ELSE run_images.manifest_id END AS manifest_id
            FROM run_images
                JOIN repositories ON repositories.id = run_images.repository_id
                JOIN registries ON registries.id = repositories.registry_id
                LEFT JOIN tags ON tags.repository_id = run_images.repository_id AND tags.name = run_images.tag
                    AND tags.valid_until IS NULL
            WHERE run_images.run_id = \(run);
            ANALYZE report_images;

            CREATE TEMPORARY TABLE report_packages ON COMMIT DROP AS
            SELECT inventories.manifest_id, listed.package_id, min(listed.layer) AS layer, bool_and(listed.owned) AS owned
            FROM inventories,
                unnest(package_ids, package_layers, package_owned) AS listed(package_id, layer, owned)
            WHERE manifest_id IN (SELECT manifest_id FROM report_images WHERE state <> 'gone')
            GROUP BY 1, 2;
            CREATE INDEX ON report_packages (package_id);
            ANALYZE report_packages;

            CREATE TEMPORARY TABLE report_findings ON COMMIT DROP AS
            SELECT report_packages.manifest_id, report_packages.package_id, report_packages.layer,
                known.vulnerability_id, known.severity, known.fix_state, known.fixed_versions,
                vulnerabilities.is_kev, known.found_from
            FROM report_packages
                JOIN package_vulnerabilities AS known ON known.package_id = report_packages.package_id
                    AND known.found_until IS NULL
                JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
                JOIN packages ON packages.id = report_packages.package_id
            WHERE NOT report_packages.owned OR packages.owner IS NOT NULL;
            ANALYZE report_findings;
            """
        )
    }
}
