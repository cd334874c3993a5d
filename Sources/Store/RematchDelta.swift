import Postgres
import Reports
import ScanModel

/// The changes of a matching pass as findings, with the number of tags that each concerns now.
struct RematchDelta {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func delta(of changes: [FindingChange]) throws -> FleetDelta {
        var delta = FleetDelta(since: "the last pass")
        // A thousand records touch hundreds of thousands of pairs of package and set, which are not to go through a file.
        try session.script("SET LOCAL work_mem = '64MB'")
        for row in try session.execute(
            Self.named,
            [
                .textArray(changes.map(\.kind.rawValue)), .intArray(changes.map(\.packageID)),
                .intArray(changes.map(\.vulnerabilityID)),
            ]
        ) {
            let change = DeltaRow(
                id: try row.string(1),
                severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                kev: try row.bool(3),
                epss: try row.optionalDouble(4),
                type: PackageType(rawValue: try row.string(5)),
                package: try row.string(6),
                version: try row.string(7),
                fixedVersions: try row.strings(8),
                imageCount: try row.int(9)
            )
            switch FindingChange.Kind(rawValue: try row.string(0)) {
            case .new: delta.new.append(change)
            case .reopened: delta.reopened.append(change)
            case .fixed, nil: delta.fixed.append(change)
            }
        }
        return delta
    }

    /// A set is looked at once, however many of its packages changed.
    private static let named = """
        WITH changed AS (
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given(kind, package_id, vulnerability_id)
        ), places AS MATERIALIZED (
            SELECT touched.package_id, package_sets.id AS set_id
            FROM (SELECT DISTINCT package_id FROM changed) AS touched
                JOIN package_sets ON package_sets.package_ids @> ARRAY[touched.package_id::integer]
            WHERE NOT touched.package_id = ANY(package_sets.owned_ids)
        ), sized AS MATERIALIZED (
            SELECT image_sets.set_id, count(*) AS images
            FROM image_sets JOIN tags ON tags.manifest_id = image_sets.manifest_id AND tags.valid_until IS NULL
            WHERE image_sets.set_id IN (SELECT set_id FROM places) GROUP BY 1
        ), held AS (SELECT package_id, sum(images)::bigint AS images FROM places JOIN sized USING (set_id) GROUP BY 1)
        SELECT changed.kind, vulnerabilities.name, known.severity, vulnerabilities.is_kev, vulnerabilities.epss,
            packages.type, packages.name, packages.version, known.fixed_versions, coalesce(held.images, 0)
        FROM changed
            JOIN packages ON packages.id = changed.package_id
            JOIN vulnerabilities ON vulnerabilities.id = changed.vulnerability_id
            CROSS JOIN LATERAL (
                SELECT severity, fixed_versions FROM package_vulnerabilities AS known
                WHERE known.package_id = changed.package_id AND known.vulnerability_id = changed.vulnerability_id
                ORDER BY found_from DESC LIMIT 1) AS known
            LEFT JOIN held ON held.package_id = changed.package_id
        """
}
