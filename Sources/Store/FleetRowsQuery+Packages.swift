import Postgres
import Reports
import ScanModel

extension FleetRowsQuery {
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
}
