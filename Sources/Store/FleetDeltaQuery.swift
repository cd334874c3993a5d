import Postgres
import Reports
import ScanModel

/// What changed in the fleet since an earlier run: a finding here is a vulnerability in a package version, wherever it is.
struct FleetDeltaQuery {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Compares the tables of the present report with the fleet and the matches as they were when `previous` ended.
    ///
    /// A finding that no longer matches is fixed; one whose package is in no image any more is gone, not fixed, unless
    /// the images that held it are still there with another version of the package, which is fixed again. One that is
    /// suppressed in every image is neither, and one whose exception ended in between is open again.
    func delta(since previous: Int) throws -> FleetDelta {
        try session.script(
            """
            CREATE TEMPORARY TABLE delta_before ON COMMIT DROP AS
            SELECT known.package_id, known.vulnerability_id, min(known.severity) AS severity,
                count(DISTINCT (run_images.repository_id, run_images.tag)) AS images,
                bool_or(EXISTS (SELECT 1 FROM report_images AS now
                    WHERE now.repository_id = run_images.repository_id AND now.tag = run_images.tag
                        AND now.state <> 'gone')) AS is_still_there
            FROM runs JOIN run_images ON run_images.run_id = runs.id
                JOIN inventories ON inventories.manifest_id = run_images.manifest_id
                CROSS JOIN LATERAL unnest(inventories.package_ids, inventories.package_owned) AS listed(package_id, owned)
                JOIN packages ON packages.id = listed.package_id
                JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id
                    AND known.found_from <= runs.finished_at
                    AND (known.found_until IS NULL OR known.found_until > runs.finished_at)
            WHERE runs.id = \(previous) AND run_images.state IN ('analysed', 'reused')
                AND (NOT listed.owned OR packages.owner IS NOT NULL)
            GROUP BY 1, 2;
            ANALYZE delta_before;

            CREATE TEMPORARY TABLE delta_now ON COMMIT DROP AS
            SELECT report_findings.package_id, report_findings.vulnerability_id, min(report_findings.severity) AS severity,
                count(DISTINCT report_images.image) - CASE WHEN bool_or(report_pairs.is_open)
                    THEN max(report_pairs.suppressed) ELSE 0 END AS images,
                bool_and(report_pairs.is_open IS FALSE) AS is_suppressed
            FROM report_findings JOIN report_images ON report_images.manifest_id = report_findings.manifest_id
                    AND report_images.state <> 'gone'
                LEFT JOIN report_pairs ON report_pairs.package_id = report_findings.package_id
                    AND report_pairs.vulnerability_id = report_findings.vulnerability_id
            GROUP BY 1, 2;
            ANALYZE delta_now;
            """
        )
        var delta = FleetDelta(since: "run \(previous)")
        for row in try session.execute(
            """
            SELECT CASE
                    WHEN delta_now.is_suppressed THEN 'suppressed'
                    WHEN delta_now.package_id IS NOT NULL AND delta_before.package_id IS NOT NULL THEN
                        CASE WHEN EXISTS (SELECT 1 FROM report_lapsed
                            WHERE report_lapsed.package_id = delta_now.package_id
                                AND report_lapsed.vulnerability_id = delta_now.vulnerability_id)
                            THEN 'reopened' ELSE 'open' END
                    WHEN delta_now.package_id IS NOT NULL THEN CASE WHEN EXISTS (
                        SELECT 1 FROM package_vulnerabilities AS ended
                        WHERE ended.package_id = delta_now.package_id AND ended.found_until IS NOT NULL
                            AND ended.vulnerability_id = delta_now.vulnerability_id) THEN 'reopened' ELSE 'new' END
                    WHEN delta_before.is_still_there THEN 'fixed' ELSE 'gone' END,
                vulnerabilities.name, coalesce(delta_now.severity, delta_before.severity), vulnerabilities.is_kev,
                vulnerabilities.epss, packages.type, packages.name, packages.version,
                coalesce(delta_now.images, delta_before.images),
                (SELECT fixed_versions FROM package_vulnerabilities AS known
                    WHERE known.package_id = packages.id AND known.vulnerability_id = vulnerabilities.id
                    ORDER BY found_from DESC LIMIT 1)
            FROM delta_now FULL JOIN delta_before USING (package_id, vulnerability_id)
                JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
                JOIN packages ON packages.id = package_id
            """
        ) {
            let change = DeltaRow(
                id: try row.string(1),
                severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                kev: try row.bool(3),
                epss: try row.optionalDouble(4),
                type: PackageType(rawValue: try row.string(5)),
                package: try row.string(6),
                version: try row.string(7),
                fixedVersions: try row.strings(9),
                imageCount: try row.int(8)
            )
            switch try row.string(0) {
            case "open": delta.stillOpen.append(change)
            case "new": delta.new.append(change)
            case "reopened": delta.reopened.append(change)
            case "suppressed": delta.suppressed.append(change)
            case "fixed": delta.fixed.append(change)
            default: delta.gone.append(change)
            }
        }
        return delta
    }
}
