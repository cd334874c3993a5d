import Postgres
import Reports
import ScanModel

/// The changes of a matching pass as findings, and where the packages are now.
struct RematchDelta {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    /// The changes that are still there, with the number of the package, and none of its images.
    func named(_ changes: [FindingChange]) throws -> [(kind: FindingChange.Kind, package: Int, row: DeltaRow)] {
        try session.execute(
            Self.named,
            [
                .textArray(changes.map(\.kind.rawValue)), .intArray(changes.map(\.packageID)),
                .intArray(changes.map(\.vulnerabilityID)),
            ]
        ).map { row in
            let change = try DeltaColumns.finding(row, from: 1, images: 0)
            return (FindingChange.Kind(rawValue: try row.string(0)) ?? .fixed, try row.int(9), change)
        }
    }

    /// Each look-up goes by its keys: planned as joins, whole tables would be read, and the matches of a
    /// vulnerability for each of its changes.
    private static let named = """
        SELECT changed.kind, vulnerabilities.name, coalesce(open.severity, ended.severity), vulnerabilities.is_kev,
            vulnerabilities.epss, packages.type, packages.name, packages.version,
            coalesce(open.fixed_versions, ended.fixed_versions), changed.package_id
        FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS changed(kind, package_id, vulnerability_id)
            CROSS JOIN LATERAL (
                SELECT type, name, version FROM packages WHERE id = changed.package_id OFFSET 0) AS packages
            CROSS JOIN LATERAL (
                SELECT name, is_kev, epss FROM vulnerabilities WHERE id = changed.vulnerability_id OFFSET 0
                ) AS vulnerabilities
            LEFT JOIN LATERAL (
                SELECT severity, fixed_versions FROM package_vulnerabilities AS known
                WHERE known.package_id = changed.package_id AND known.vulnerability_id = changed.vulnerability_id
                    AND known.found_until IS NULL OFFSET 0) AS open ON true
            LEFT JOIN LATERAL (
                SELECT severity, fixed_versions FROM package_vulnerabilities AS known
                WHERE known.package_id = changed.package_id AND known.vulnerability_id = changed.vulnerability_id
                    AND known.found_until IS NOT NULL AND open.severity IS NULL
                ORDER BY found_from DESC LIMIT 1) AS ended ON true
        WHERE open.severity IS NOT NULL OR ended.severity IS NOT NULL
        """

    /// The sets that one package is in and counts.
    struct Held: Sendable {
        let package: Int
        let sets: [Int]
    }

    /// The sets that each of some packages is in and counts; one that is in none is left out.
    ///
    /// A thousand records touch hundreds of thousands of pairs of package and set: the database finds them and counts the
    /// tags of each set once; adding up is for the program.
    func sets(of packages: [Int]) throws -> [Held] {
        try session.execute(Self.sets, [.intArray(packages)]).map {
            Held(package: try $0.int(0), sets: try $0.ints(1))
        }
    }

    /// How many tags are at each of some sets, or of all, now; none of those that no tag is at.
    func tags(of sets: [Int]? = nil) throws -> [Int: Int] {
        let condition = sets == nil ? "" : "WHERE image_sets.set_id = ANY($1::integer[])"
        let rows = try session.execute(Self.tags(condition), sets.map { [.intArray($0)] } ?? [])
        return Dictionary(try rows.map { (try $0.int(0), try $0.int(1)) }) { $0 + $1 }
    }

    private static let sets = """
        SELECT touched.package_id, held.sets
        FROM unnest($1::bigint[]) AS touched(package_id) CROSS JOIN LATERAL (
            SELECT array_agg(id) AS sets FROM package_sets
            WHERE package_ids @> ARRAY[touched.package_id::integer] AND NOT touched.package_id = ANY(owned_ids)) AS held
        WHERE held.sets IS NOT NULL
        """

    private static func tags(_ condition: String) -> String {
        """
        SELECT image_sets.set_id, count(*)
        FROM image_sets JOIN tags ON tags.manifest_id = image_sets.manifest_id AND tags.valid_until IS NULL
        \(condition) GROUP BY 1
        """
    }
}
