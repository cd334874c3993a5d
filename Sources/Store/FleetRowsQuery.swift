import Postgres
import Reports
import ScanModel

/// Draws the rows of a fleet's report from ``ReportTables``.
///
/// Counts are of open findings, those of ``SuppressionTables`` apart.
struct FleetRowsQuery {
    private let session: PostgresSession
    private let suppressions: [Suppression]

    init(_ session: PostgresSession, _ tables: SuppressionTables) {
        self.session = session
        suppressions = tables.suppressions
    }

    /// The columns that count findings by severity and kind.
    private static let counts = """
        count(*) FILTER (WHERE severity = 'critical') AS critical, count(*) FILTER (WHERE severity = 'high') AS high,
            count(*) FILTER (WHERE severity = 'medium') AS medium, count(*) FILTER (WHERE severity = 'low') AS low,
            count(*) FILTER (WHERE severity = 'negligible') AS negligible,
            count(*) FILTER (WHERE severity = 'unknown') AS unknown,
            count(*) FILTER (WHERE fix_state = 'fixed') AS fixable, count(*) FILTER (WHERE is_kev) AS kev
        """

    func images() throws -> [ImageRow] {
        try session.execute(
            """
            WITH counted AS (
                SELECT manifest_id, \(Self.counts) FROM report_findings GROUP BY 1
            ), hidden AS (
                SELECT image, count(*) AS suppressed, \(Self.counts) FROM report_suppressed GROUP BY 1
            ), sized AS (SELECT manifest_id, count(*) AS packages FROM report_packages GROUP BY 1
            ), gaps AS (
                SELECT manifest_layers.manifest_id, count(*) AS gaps
                FROM manifest_layers JOIN layer_gaps USING (layer_id)
                WHERE manifest_layers.manifest_id IN (SELECT manifest_id FROM report_images) GROUP BY 1
            )
            SELECT host, repository, tag, coalesce(manifests.digest, report_images.digest, ''),
                coalesce(manifests.platform, ''),
                coalesce(distros.distro_id || CASE WHEN distros.version_id = '' THEN '' ELSE '-' || distros.version_id END,
                    ''),
                state, coalesce(reason, ''), coalesce(packages, 0),
                coalesce(counted.critical, 0) - coalesce(hidden.critical, 0),
                coalesce(counted.high, 0) - coalesce(hidden.high, 0),
                coalesce(counted.medium, 0) - coalesce(hidden.medium, 0),
                coalesce(counted.low, 0) - coalesce(hidden.low, 0),
                coalesce(counted.negligible, 0) - coalesce(hidden.negligible, 0),
                coalesce(counted.unknown, 0) - coalesce(hidden.unknown, 0),
                coalesce(counted.fixable, 0) - coalesce(hidden.fixable, 0),
                coalesce(counted.kev, 0) - coalesce(hidden.kev, 0), coalesce(gaps, 0), coalesce(suppressed, 0)
            FROM report_images
                LEFT JOIN manifests ON manifests.id = report_images.manifest_id
                LEFT JOIN inventories ON inventories.manifest_id = report_images.manifest_id
                LEFT JOIN distros ON distros.id = inventories.distro
                LEFT JOIN counted ON counted.manifest_id = report_images.manifest_id
                LEFT JOIN hidden ON hidden.image = report_images.image
                LEFT JOIN sized ON sized.manifest_id = report_images.manifest_id
                LEFT JOIN gaps ON gaps.manifest_id = report_images.manifest_id
            ORDER BY 1, 2, 3
            """
        ).map { row in
            let outcome = ImageOutcome(rawValue: try row.string(6)) ?? .failed
            return ImageRow(
                registry: try row.string(0),
                repository: try row.string(1),
                tag: try row.string(2),
                digest: try row.string(3),
                platform: try row.string(4),
                distro: try row.string(5),
                state: outcome == .reused ? .analysed : outcome,
                reason: try row.string(7),
                packages: try row.int(8),
                severities: SeverityCounts(
                    critical: try row.int(9),
                    high: try row.int(10),
                    medium: try row.int(11),
                    low: try row.int(12),
                    negligible: try row.int(13),
                    unknown: try row.int(14)
                ),
                fixable: try row.int(15),
                kev: try row.int(16),
                coverageGaps: try row.int(17),
                suppressed: try row.int(18)
            )
        }
    }

    func totals(_ images: [ImageRow]) throws -> FleetTotals {
        func number(_ outcome: ImageOutcome) -> Int { images.count { $0.state == outcome } }
        var severities = SeverityCounts()
        for severity in Severity.allCases {
            severities[severity] = images.reduce(0) { $0 + $1.severities[severity] }
        }
        return FleetTotals(
            images: images.count,
            covered: number(.analysed),
            unsupported: number(.unsupported),
            failed: number(.failed),
            gone: number(.gone),
            distinctLayers: try session.count(
                """
                SELECT count(DISTINCT layer_id) FROM manifest_layers
                WHERE manifest_id IN (SELECT manifest_id FROM report_images WHERE state <> 'gone')
                """
            ),
            distinctPackages: try session.count("SELECT count(DISTINCT package_id) FROM report_packages"),
            vulnerabilities: try session.count(
                """
                SELECT count(DISTINCT vulnerability_id)
                FROM report_findings LEFT JOIN report_pairs USING (package_id, vulnerability_id)
                WHERE is_open IS NOT FALSE
                """
            ),
            findings: severities.total,
            bySeverity: severities,
            fixable: images.reduce(0) { $0 + $1.fixable },
            kev: images.reduce(0) { $0 + $1.kev },
            suppressed: images.reduce(0) { $0 + $1.suppressed }
        )
    }

    func vulnerabilities() throws -> [VulnerabilityRow] {
        var packages: [Int: [AffectedPackage]] = [:]
        for row in try session.execute(
            """
            SELECT vulnerability_id, packages.type, packages.name, packages.version, fixed_versions,
                bool_and(is_open IS FALSE)
            FROM report_findings JOIN packages ON packages.id = report_findings.package_id
                LEFT JOIN report_pairs USING (package_id, vulnerability_id)
            GROUP BY 1, 2, 3, 4, 5
            """
        ) {
            packages[try row.int(0), default: []].append(
                AffectedPackage(
                    type: PackageType(rawValue: try row.string(1)),
                    name: try row.string(2),
                    version: try row.string(3),
                    fixedVersions: try row.strings(4),
                    isSuppressed: try row.bool(5)
                )
            )
        }
        var reasons: [Int: [Suppression]] = [:]
        for row in try session.execute("SELECT DISTINCT vulnerability_id, suppression FROM report_suppressed") {
            guard let suppression = suppression(try row.int(1)) else { continue }
            reasons[try row.int(0), default: []].append(suppression)
        }
        return try session.execute(
            """
            WITH hidden AS (
                SELECT vulnerability_id, image, count(*) AS suppressed FROM report_suppressed WHERE NOT is_gone
                GROUP BY 1, 2
            ), closed AS (
                SELECT vulnerability_id, count(*) AS images FROM (
                    SELECT hidden.vulnerability_id, hidden.image
                    FROM hidden JOIN report_images ON report_images.image = hidden.image
                        JOIN report_findings ON report_findings.manifest_id = report_images.manifest_id
                            AND report_findings.vulnerability_id = hidden.vulnerability_id
                    GROUP BY 1, 2, hidden.suppressed HAVING count(*) = hidden.suppressed) AS whole
                GROUP BY 1
            )
            SELECT vulnerabilities.id, vulnerabilities.name, aliases,
                coalesce(array_agg(DISTINCT severity) FILTER (WHERE is_open IS NOT FALSE), array_agg(DISTINCT severity)),
                cvss_score, epss, vulnerabilities.is_kev,
                coalesce(array_agg(DISTINCT fix_state) FILTER (WHERE is_open IS NOT FALSE), array_agg(DISTINCT fix_state)),
                summary,
                to_char(min(found_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
                (SELECT count(*) FROM report_images WHERE state <> 'gone'
                    AND manifest_id = ANY(array_agg(DISTINCT report_findings.manifest_id))),
                coalesce(max(closed.images), 0)
            FROM report_findings JOIN vulnerabilities ON vulnerabilities.id = report_findings.vulnerability_id
                LEFT JOIN report_pairs ON report_pairs.package_id = report_findings.package_id
                    AND report_pairs.vulnerability_id = report_findings.vulnerability_id
                LEFT JOIN closed ON closed.vulnerability_id = report_findings.vulnerability_id
            GROUP BY vulnerabilities.id
            """
        ).map { row in
            let states = try row.strings(7)
            let order: [FixState] = [.fixed, .wontFix, .notFixed]
            return VulnerabilityRow(
                id: try row.string(1),
                aliases: try row.strings(2),
                severity: try row.strings(3).compactMap(Severity.init(rawValue:)).max() ?? .unknown,
                cvssScore: try row.optionalDouble(4),
                epss: try row.optionalDouble(5),
                kev: try row.bool(6),
                fixState: order.first { states.contains($0.rawValue) } ?? .unknown,
                packages: packages[try row.int(0)] ?? [],
                imageCount: try row.int(10) - row.int(11),
                suppressedImageCount: try row.int(11),
                suppressions: reasons[try row.int(0)] ?? [],
                summary: try row.string(8),
                firstSeen: try row.optionalString(9)
            )
        }
    }

    func packages() throws -> [PackageRow] {
        var counts: [[String]: SeverityCounts] = [:]
        var suppressed: [[String]: Int] = [:]
        for row in try session.execute(
            """
            SELECT type, name, version, severity,
                count(DISTINCT vulnerability_id) FILTER (WHERE is_open IS NOT FALSE),
                count(DISTINCT vulnerability_id) FILTER (WHERE is_open IS FALSE)
            FROM report_findings JOIN packages ON packages.id = report_findings.package_id
                LEFT JOIN report_pairs USING (package_id, vulnerability_id)
            GROUP BY 1, 2, 3, 4
            """
        ) {
            guard let severity = Severity(rawValue: try row.string(3)) else { continue }
            let key = [try row.string(0), try row.string(1), try row.string(2)]
            counts[key, default: SeverityCounts()][severity] = try row.int(4)
            suppressed[key, default: 0] += try row.int(5)
        }
        return try session.execute(
            """
            SELECT type, name, version, count(DISTINCT (report_images.repository_id, report_images.tag))
            FROM report_packages JOIN packages ON packages.id = report_packages.package_id
                JOIN report_images ON report_images.manifest_id = report_packages.manifest_id
                    AND report_images.state <> 'gone'
            GROUP BY 1, 2, 3
            """
        ).map { row in
            let key = [try row.string(0), try row.string(1), try row.string(2)]
            return PackageRow(
                type: PackageType(rawValue: key[0]),
                name: key[1],
                version: key[2],
                imageCount: try row.int(3),
                severities: counts[key] ?? SeverityCounts(),
                suppressed: suppressed[key] ?? 0
            )
        }
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

    /// Images that are not covered, and targets that could not be listed.
    func failures(run: Int) throws -> [FailureRow] {
        let images = try session.execute(
            """
            SELECT host || '/' || repository || CASE WHEN tag LIKE 'sha256:%' THEN '@' ELSE ':' END || tag, state,
                coalesce(reason, '')
            FROM report_images WHERE state IN ('unsupported', 'failed', 'gone') ORDER BY 1
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

    static func distros(_ images: [ImageRow], endsOfSupport: [String: String]) -> [DistroRow] {
        let covered = images.filter { $0.state == .analysed }
        return Dictionary(grouping: covered, by: \.distro).map { distro, rows in
            var counts = SeverityCounts()
            for severity in Severity.allCases { counts[severity] = rows.reduce(0) { $0 + $1.severities[severity] } }
            return DistroRow(
                distro: distro.isEmpty ? "none" : distro,
                images: rows.count,
                findings: counts,
                endOfLife: endsOfSupport[distro]
            )
        }
    }

    /// Every finding with its image: reference, digest, platform, then the columns that ``finding(_:from:)`` reads.
    static let findings = """
        SELECT report_images.host || '/' || report_images.repository || ':' || report_images.tag, manifests.digest,
            manifests.platform, vulnerabilities.name, report_findings.severity, cvss_score, epss,
            vulnerabilities.is_kev, packages.type, packages.name, packages.version, report_findings.fix_state,
            report_findings.fixed_versions, coalesce(layers.digest, ''),
            to_char(report_findings.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), report_suppressed.suppression
        FROM report_images
            JOIN manifests ON manifests.id = report_images.manifest_id
            JOIN report_findings ON report_findings.manifest_id = report_images.manifest_id
            JOIN vulnerabilities ON vulnerabilities.id = report_findings.vulnerability_id
            JOIN packages ON packages.id = report_findings.package_id
            LEFT JOIN report_suppressed ON report_suppressed.image = report_images.image
                AND report_suppressed.package_id = report_findings.package_id
                AND report_suppressed.vulnerability_id = report_findings.vulnerability_id
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = report_images.manifest_id
                AND manifest_layers.position = report_findings.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE report_images.state <> 'gone'
        ORDER BY report_images.host COLLATE "C", report_images.repository COLLATE "C", report_images.tag COLLATE "C",
            vulnerabilities.name COLLATE "C", packages.type, packages.name COLLATE "C",
            packages.version COLLATE "C", packages.arch, packages.id
        """

    private func suppression(_ number: Int?) -> Suppression? {
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
