import Postgres
import Reports
import ScanModel

/// Draws the rows of a fleet's report from ``ReportTables`` and an index of what the images hold.
///
/// Counts are of open findings, those of ``SuppressionTables`` apart.
struct FleetRowsQuery {
    let session: PostgresSession
    private let suppressions: [Suppression]
    var index: FleetIndex

    /// Makes `report_matches`, the open matches of the packages that count, and the tables of what is suppressed.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`; `earlier` is the day that a delta compares with.
    init(_ session: PostgresSession, asOf day: String, since earlier: String? = nil) throws {
        self.session = session
        index = try FleetIndex(session)
        try session.script("CREATE TEMPORARY TABLE report_packages (package_id bigint PRIMARY KEY) ON COMMIT DROP")
        _ = try session.execute(
            "INSERT INTO report_packages SELECT * FROM unnest($1::bigint[])",
            [.intArray(index.exposed)]
        )
        try session.script(
            """
            ANALYZE report_packages;
            CREATE TEMPORARY TABLE report_matches ON COMMIT DROP AS
            SELECT package_id, vulnerability_id, severity, fix_state, fixed_versions, is_kev, found_from
            FROM report_packages JOIN package_vulnerabilities USING (package_id)
                JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
            WHERE found_until IS NULL;
            ANALYZE report_matches
            """
        )
        suppressions = try SuppressionTables(session, &index, asOf: day, since: earlier).suppressions
    }

    func coverage() throws -> [CoverageRow] {
        try session.execute(
            """
            SELECT layers.digest, layer_gaps.path, layer_gaps.reason,
                count(DISTINCT (report_images.repository_id, report_images.tag))
            FROM layer_gaps JOIN layers ON layers.id = layer_gaps.layer_id
                JOIN manifest_layers ON manifest_layers.layer_id = layers.id
                JOIN report_images ON report_images.manifest_id = manifest_layers.manifest_id
                    AND report_images.state <> 'gone'
            GROUP BY 1, 2, 3
            """
        ).map {
            CoverageRow(
                layer: try $0.string(0),
                path: try $0.string(1),
                reason: try $0.string(2),
                images: try $0.int(3)
            )
        }
    }

    /// What changed between the ends of the run `previous` and of `run`.
    mutating func delta(of run: Int, since previous: Int) throws -> FleetDelta {
        try FleetDeltaQuery(session).delta(of: run, since: previous, now: &index)
    }

    /// Images that are not covered, and targets that could not be listed.
    func failures(run: Int) throws -> [FailureRow] {
        let images = try session.execute(
            """
            SELECT host || '/' || repository || CASE WHEN tag LIKE 'sha256:%' THEN '@' ELSE ':' END || tag, state,
                coalesce(reason, '')
            FROM report_images WHERE state IN ('unsupported', 'failed', 'gone', 'stale') ORDER BY 1
            """
        ).map {
            FailureRow(
                image: try $0.string(0),
                state: ImageOutcome(rawValue: try $0.string(1)) ?? .failed,
                reason: try $0.string(2)
            )
        }
        let targets = try session.execute(
            "SELECT target, reason FROM run_problems WHERE run_id = $1 ORDER BY target",
            [.int(run)]
        ).map { FailureRow(image: try $0.string(0), state: .failed, reason: try $0.string(1)) }
        return targets + images
    }

    /// The findings of the images with numbers from `$1` to `$2`, in report order: reference, digest, platform, then the
    /// columns that ``finding(_:from:)`` reads.
    static let findings = """
        SELECT report_images.host || '/' || report_images.repository || ':' || report_images.tag, manifests.digest,
            manifests.platform, vulnerabilities.name, known.severity, cvss_score, epss,
            vulnerabilities.is_kev, packages.type, packages.name, packages.version, known.fix_state,
            known.fixed_versions, coalesce(layers.digest, ''),
            to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), report_suppressed.suppression
        FROM report_images
            JOIN manifests ON manifests.id = report_images.manifest_id
            JOIN image_sets ON image_sets.manifest_id = report_images.manifest_id
            JOIN package_sets ON package_sets.id = image_sets.set_id
            CROSS JOIN LATERAL unnest(package_sets.package_ids) AS listed(package_id)
            JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id AND known.found_until IS NULL
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
            JOIN packages ON packages.id = listed.package_id
            LEFT JOIN report_suppressed ON report_suppressed.image = report_images.image
                AND report_suppressed.package_id = known.package_id
                AND report_suppressed.vulnerability_id = known.vulnerability_id
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = report_images.manifest_id
                AND manifest_layers.position = image_sets.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE report_images.image BETWEEN $1 AND $2 AND report_images.state <> 'gone'
            AND NOT listed.package_id = ANY(package_sets.owned_ids)
        ORDER BY report_images.image, vulnerabilities.name COLLATE "C", packages.type, packages.name COLLATE "C",
            packages.version COLLATE "C", packages.arch, packages.fingerprint
        """

    func suppression(_ number: Int?) -> Suppression? {
        guard let number, suppressions.indices.contains(number) else { return nil }
        return suppressions[number]
    }

    func finding(_ row: PostgresRow, from column: Int) throws -> ImageFinding {
        ImageFinding(
            id: try row.string(column),
            severity: Severity(rawValue: try row.string(column + 1)) ?? .unknown,
            cvssScore: try row.optionalDouble(column + 2),
            epss: try row.optionalDouble(column + 3),
            kev: try row.bool(column + 4),
            type: PackageType(rawValue: try row.string(column + 5)),
            package: try row.string(column + 6),
            version: try row.string(column + 7),
            fixState: FixState(rawValue: try row.string(column + 8)) ?? .unknown,
            fixedVersions: try row.strings(column + 9),
            layer: try row.string(column + 10),
            firstSeen: try row.optionalString(column + 11),
            suppression: suppression(try row.optionalInt(column + 12))
        )
    }
}
