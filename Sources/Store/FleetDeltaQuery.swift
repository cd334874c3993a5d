import Postgres
import Reports
import ScanModel

/// What changed in the fleet since an earlier run: a finding here is a vulnerability in a package version, wherever it is.
struct FleetDeltaQuery {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// Compares `report_matches` of `run` with the fleet and the matches as they were when `previous` ended.
    ///
    /// A finding that no longer matches is fixed; one whose package is in no image any more is gone, not fixed, unless
    /// the images that held it are still there with another version of the package, which is fixed again. One that is
    /// suppressed in every image is neither, and one whose exception ended in between is open again. Images that failed are
    /// compared by their last good result, and those of repositories that could not be listed as they were last seen, in
    /// either run; those that tags still named when `run` ended and that it knows nothing of are compared with nothing.
    func delta(of run: Int, since previous: Int, now index: inout FleetIndex) throws -> FleetDelta {
        try makeTables(run: run, previous: previous)
        try fill(&index)
        var delta = FleetDelta(since: "run \(previous)")
        for row in try session.execute(
            """
            WITH delta_before AS (
                SELECT former_packages.*, known.vulnerability_id, known.severity
                FROM former_packages JOIN package_vulnerabilities AS known USING (package_id)
                    JOIN runs ON runs.id = $1
                WHERE known.found_from <= runs.finished_at
                    AND (known.found_until IS NULL OR known.found_until > runs.finished_at)
            ), delta_now AS (
                SELECT package_id, vulnerability_id, severity,
                    present_packages.images - CASE WHEN is_open THEN suppressed ELSE 0 END AS images,
                    is_open IS FALSE AS is_suppressed
                FROM present_packages JOIN report_matches USING (package_id)
                    LEFT JOIN report_pairs USING (package_id, vulnerability_id)
            )
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
                newest.fixed_versions, coalesce(delta_now.images, delta_before.images)
            FROM delta_now FULL JOIN delta_before USING (package_id, vulnerability_id)
                JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
                JOIN packages ON packages.id = package_id
                CROSS JOIN LATERAL (
                    SELECT fixed_versions FROM package_vulnerabilities AS known
                    WHERE known.package_id = packages.id AND known.vulnerability_id = vulnerabilities.id
                    ORDER BY found_from DESC LIMIT 1) AS newest
            """,
            [.int(previous)]
        ) {
            let change = try DeltaColumns.finding(row, from: 1, images: try row.int(9))
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

    /// Makes the tables of images that counted then, and of packages that counted then and count now.
    private func makeTables(run: Int, previous: Int) throws {
        let ended = "(SELECT coalesce(finished_at, 'infinity') FROM runs WHERE id = \(run))"
        try session.script(
            """
            CREATE TEMPORARY TABLE former_images ON COMMIT DROP AS
            SELECT row_number() OVER () - 1 AS image, shown.manifest_id, shown.state,
                EXISTS (SELECT 1 FROM report_images AS now WHERE now.repository_id = shown.repository_id
                    AND now.tag = shown.tag AND now.state <> 'gone') AS is_still_there
            FROM (
                \(ReportTables.shownImages(of: previous))
            ) AS shown
            WHERE EXISTS (SELECT FROM report_images AS now WHERE now.repository_id = shown.repository_id
                    AND now.tag = shown.tag)
                OR NOT EXISTS (SELECT FROM tags WHERE tags.repository_id = shown.repository_id
                    AND tags.name = shown.tag AND tags.valid_from <= \(ended)
                    AND (tags.valid_until IS NULL OR tags.valid_until > \(ended)));
            ANALYZE former_images;

            CREATE TEMPORARY TABLE former_packages (package_id bigint, images bigint, is_still_there boolean)
                ON COMMIT DROP;
            CREATE TEMPORARY TABLE present_packages (package_id bigint, images bigint) ON COMMIT DROP;
            """
        )
    }

    /// Writes down which packages counted then and count now, and in how many images.
    private func fill(_ index: inout FleetIndex) throws {
        var former = try FleetIndex(session, images: "former_images")
        let isThere = Set(
            try session.execute("SELECT image FROM former_images WHERE is_still_there").map { try $0.int(0) }
        )
        let rows = former.exposed.map { package -> [PostgresValue] in
            var (images, isStillThere) = (0, false)
            former.forEachImage(of: [package], exposed: true) { image in
                images += 1
                isStillThere = isStillThere || isThere.contains(image)
            }
            return [.int(package), .int(images), .bool(isStillThere)]
        }
        _ = try session.copyIn("COPY former_packages (package_id, images, is_still_there) FROM STDIN", rows: rows)
        let present = index.exposed.map { package -> [PostgresValue] in
            [.int(package), .int(index.imageCount(of: [package], exposed: true))]
        }
        _ = try session.copyIn("COPY present_packages (package_id, images) FROM STDIN", rows: present)
        try session.script("ANALYZE former_packages; ANALYZE present_packages")
    }
}
