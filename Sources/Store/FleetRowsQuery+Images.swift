import Postgres
import Reports
import ScanModel

extension FleetRowsQuery {
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
}
