import Postgres
import Reports
import ScanModel

/// Draws the rows of a fleet's report from ``ReportTables`` and an index of what the images hold.
///
/// Counts are of open findings, those of ``SuppressionTables`` apart.
struct FleetRowsQuery {
    private let session: PostgresSession
    private let suppressions: [Suppression]
    private var index: FleetIndex

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

    /// What the matches of a package, or of all packages of an image, come to.
    private struct Counts {
        var severities = SeverityCounts()
        var fixable = 0
        var kev = 0

        mutating func add(_ other: Counts, times: Int = 1) {
            for severity in Severity.allCases { severities[severity] += other.severities[severity] * times }
            fixable += other.fixable * times
            kev += other.kev * times
        }
    }

    /// The counts of the rows of a table with the columns of `report_matches`, by the number in `column`.
    private func counts(by column: String, of table: String) throws -> [Int: Counts] {
        var counts: [Int: Counts] = [:]
        for row in try session.execute(
            """
            SELECT \(column), severity, count(*), count(*) FILTER (WHERE fix_state = 'fixed'),
                count(*) FILTER (WHERE is_kev)
            FROM \(table) GROUP BY 1, 2
            """
        ) {
            guard let severity = Severity(rawValue: try row.string(1)) else { continue }
            var known = counts[try row.int(0)] ?? Counts()
            known.severities[severity] += try row.int(2)
            known.fixable += try row.int(3)
            known.kev += try row.int(4)
            counts[try row.int(0)] = known
        }
        return counts
    }

    func images() throws -> [ImageRow] {
        let found = index.sums(of: try counts(by: "package_id", of: "report_matches"), zero: Counts()) { $0.add($1) }
        let hidden = try counts(by: "image", of: "report_suppressed")
        let packages = index.packagesByImage
        return try facts().map { number, facts in
            var row = facts
            guard found.indices.contains(number), packages.indices.contains(number) else { return row }
            var open = found[number]
            if let hidden = hidden[number] {
                open.add(hidden, times: -1)
                row.suppressed = hidden.severities.total
            }
            row.packages = packages[number]
            row.severities = open.severities
            row.fixable = open.fixable
            row.kev = open.kev
            return row
        }
    }

    /// The images with their numbers, and nothing of what is in them.
    private func facts() throws -> [(Int, ImageRow)] {
        try session.execute(
            """
            WITH gaps AS (
                SELECT manifest_layers.manifest_id, count(*) AS gaps
                FROM manifest_layers JOIN layer_gaps USING (layer_id)
                WHERE manifest_layers.manifest_id IN (SELECT manifest_id FROM report_images) GROUP BY 1
            )
            SELECT host, repository, tag, coalesce(manifests.digest, report_images.digest, ''),
                coalesce(manifests.platform, ''),
                coalesce(distros.distro_id || CASE WHEN distros.version_id = '' THEN '' ELSE '-' || distros.version_id END,
                    ''),
                state, coalesce(reason, ''), coalesce(gaps, 0), image, last_seen
            FROM report_images
                LEFT JOIN manifests ON manifests.id = report_images.manifest_id
                LEFT JOIN image_inventories ON image_inventories.manifest_id = report_images.manifest_id
                LEFT JOIN distros ON distros.id = image_inventories.distro
                LEFT JOIN gaps ON gaps.manifest_id = report_images.manifest_id
            ORDER BY image
            """
        ).map { row in
            let outcome = ImageOutcome(rawValue: try row.string(6)) ?? .failed
            let facts = ImageRow(
                registry: try row.string(0),
                repository: try row.string(1),
                tag: try row.string(2),
                digest: try row.string(3),
                platform: try row.string(4),
                distro: try row.string(5),
                state: outcome == .reused ? .analysed : outcome,
                reason: try row.string(7),
                packages: 0,
                severities: SeverityCounts(),
                fixable: 0,
                kev: 0,
                coverageGaps: try row.int(8),
                lastSeen: try row.optionalString(10)
            )
            return (try row.int(9), facts)
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
            stale: number(.stale),
            distinctLayers: try session.count(
                """
                SELECT count(DISTINCT layer_id) FROM manifest_layers
                WHERE manifest_id IN (SELECT manifest_id FROM report_images WHERE state <> 'gone')
                """
            ),
            distinctPackages: index.packageCount,
            vulnerabilities: try session.count(
                """
                SELECT count(DISTINCT vulnerability_id)
                FROM report_matches LEFT JOIN report_pairs USING (package_id, vulnerability_id)
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

    mutating func vulnerabilities() throws -> [VulnerabilityRow] {
        var packages: [Int: [AffectedPackage]] = [:]
        for row in try session.execute(
            """
            SELECT vulnerability_id, packages.type, packages.name, packages.version, fixed_versions,
                bool_and(is_open IS FALSE)
            FROM report_matches JOIN packages ON packages.id = report_matches.package_id
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
        let hidden = try suppressedByImage()
        return try session.execute(
            """
            SELECT vulnerabilities.id, vulnerabilities.name, aliases,
                coalesce(array_agg(DISTINCT severity) FILTER (WHERE is_open IS NOT FALSE), array_agg(DISTINCT severity)),
                cvss_score, epss, vulnerabilities.is_kev,
                coalesce(array_agg(DISTINCT fix_state) FILTER (WHERE is_open IS NOT FALSE), array_agg(DISTINCT fix_state)),
                summary,
                to_char(min(found_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), array_agg(DISTINCT package_id)
            FROM report_matches JOIN vulnerabilities ON vulnerabilities.id = report_matches.vulnerability_id
                LEFT JOIN report_pairs USING (package_id, vulnerability_id)
            GROUP BY vulnerabilities.id
            """
        ).map { row in
            let states = try row.strings(7)
            let held = try row.ints(10)
            let suppressed = hidden[try row.int(0)] ?? [:]
            let all = index.findings(of: held, in: Set(suppressed.keys))
            let closed = suppressed.count { all[$0.key] == $0.value }
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
                imageCount: index.imageCount(of: held, exposed: true) - closed,
                suppressedImageCount: closed,
                suppressions: reasons[try row.int(0)] ?? [],
                summary: try row.string(8),
                firstSeen: try row.optionalString(9)
            )
        }
    }

    /// How many findings of a vulnerability are suppressed in an image, by both numbers.
    private func suppressedByImage() throws -> [Int: [Int: Int]] {
        var counts: [Int: [Int: Int]] = [:]
        for row in try session.execute(
            "SELECT vulnerability_id, image, count(*) FROM report_suppressed GROUP BY 1, 2"
        ) {
            counts[try row.int(0), default: [:]][try row.int(1)] = try row.int(2)
        }
        return counts
    }

    mutating func packages() throws -> [PackageRow] {
        var counts: [[String]: SeverityCounts] = [:]
        var suppressed: [[String]: Int] = [:]
        for row in try session.execute(
            """
            SELECT type, name, version, severity,
                count(DISTINCT vulnerability_id) FILTER (WHERE is_open IS NOT FALSE),
                count(DISTINCT vulnerability_id) FILTER (WHERE is_open IS FALSE)
            FROM report_matches JOIN packages ON packages.id = report_matches.package_id
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
            "SELECT type, name, version, array_agg(id) FROM packages WHERE id = ANY($1) GROUP BY 1, 2, 3",
            [.intArray(index.packages)]
        ).map { row in
            let key = [try row.string(0), try row.string(1), try row.string(2)]
            return PackageRow(
                type: PackageType(rawValue: key[0]),
                name: key[1],
                version: key[2],
                imageCount: index.imageCount(of: try row.ints(3), exposed: false),
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
