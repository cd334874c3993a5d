import Postgres
package import Reports
import ScanModel

extension Store {
    /// The rebuild plan of a run's fleet: the `limit` rebuilds that clear the most open findings with a fix.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`.
    package func rebuildPlan(run: Int, asOf day: String, limit: Int) async throws -> RebuildPlan {
        try await pool.transaction(attempts: 3, isolation: .repeatableRead) { session in
            try ReportTables.create(run: run, session)
            _ = try FleetRowsQuery(session, asOf: day)
            let sets = try Self.fixableOfSets(session)
            let hidden = try Self.suppressedFixable(session)
            var digests: [Int: String] = [:]
            for row in try session.execute(Self.shownLayers) { digests[try row.int(0)] = try row.string(1) }
            let images = try session.execute(Self.rebuildImages).map { row in
                let number = try row.int(0)
                var fixable: [Int: SeverityCounts] = [:]
                for (layer, set) in zip(try row.ints(3), try row.ints(4)) {
                    guard var counts = sets[set] else { continue }
                    for (severity, count) in hidden[number]?[layer] ?? [:] { counts[severity] -= count }
                    fixable[layer] = counts
                }
                return RebuildImage(references: [try row.string(1)], layers: try row.ints(2), fixable: fixable)
            }
            return RebuildPlan(images, digests: digests, limit: limit)
        }
    }

    /// Matches with a fix of each set of packages that a shown image has, those left out which an owner answers for.
    private static func fixableOfSets(_ session: PostgresSession) throws -> [Int: SeverityCounts] {
        var sets: [Int: SeverityCounts] = [:]
        for row in try session.execute(
            """
            WITH held AS (
                SELECT DISTINCT set_id FROM report_images JOIN image_sets USING (manifest_id) WHERE state <> 'gone'
            ), counted AS (
                SELECT package_id, severity, count(*) AS matches FROM report_matches WHERE fix_state = 'fixed'
                GROUP BY 1, 2
            )
            SELECT set_id, severity, sum(matches)::bigint
            FROM held JOIN package_sets ON package_sets.id = set_id CROSS JOIN unnest(package_ids) AS listed(package_id)
                JOIN counted ON counted.package_id = listed.package_id
            WHERE NOT listed.package_id = ANY(owned_ids)
            GROUP BY 1, 2
            """
        ) {
            guard let severity = Severity(rawValue: try row.string(1)) else { continue }
            sets[try row.int(0), default: SeverityCounts()][severity] += try row.int(2)
        }
        return sets
    }

    /// Suppressed findings with a fix, by image, layer and severity.
    private static func suppressedFixable(_ session: PostgresSession) throws -> [Int: [Int: [Severity: Int]]] {
        var hidden: [Int: [Int: [Severity: Int]]] = [:]
        for row in try session.execute(
            """
            SELECT report_images.image, layer, severity, count(*)
            FROM report_suppressed JOIN report_images ON report_images.image = report_suppressed.image
                JOIN image_sets USING (manifest_id) JOIN package_sets ON package_sets.id = set_id
            WHERE fix_state = 'fixed' AND package_id = ANY(package_ids) AND NOT package_id = ANY(owned_ids)
            GROUP BY 1, 2, 3
            """
        ) {
            guard let severity = Severity(rawValue: try row.string(2)) else { continue }
            hidden[try row.int(0), default: [:]][try row.int(1), default: [:]][severity] = try row.int(3)
        }
        return hidden
    }

    private static let shownLayers = """
        SELECT DISTINCT layers.id, layers.digest
        FROM report_images JOIN manifest_layers USING (manifest_id) JOIN layers ON layers.id = layer_id
        WHERE state <> 'gone'
        """

    /// Each shown image: its number, its name, its layers, and the layers and numbers of its sets.
    private static let rebuildImages = """
        WITH stacks AS (
            SELECT manifest_id, array_agg(layer_id ORDER BY position) AS layers FROM manifest_layers
            WHERE manifest_id IN (SELECT manifest_id FROM report_images) GROUP BY 1
        ), brought AS (
            SELECT manifest_id, array_agg(layer::bigint ORDER BY layer) AS places,
                array_agg(set_id::bigint ORDER BY layer) AS sets
            FROM image_sets WHERE manifest_id IN (SELECT manifest_id FROM report_images) GROUP BY 1
        )
        SELECT image, host || '/' || repository || CASE WHEN tag LIKE 'sha256:%' THEN '@' ELSE ':' END || tag, layers,
            coalesce(places, '{}'), coalesce(sets, '{}')
        FROM report_images JOIN stacks USING (manifest_id) JOIN image_inventories USING (manifest_id)
            LEFT JOIN brought USING (manifest_id)
        WHERE state <> 'gone' ORDER BY image
        """
}
