import Postgres
package import Reports
import ScanModel

extension Store {
    /// The licences of the images that tags name now: how many packages and images each is in.
    ///
    /// With `wanted` only those licences, with their packages and where these are. Images that were last folded before
    /// licences were stored count as stating none.
    package func licenseReport(_ wanted: String?) async throws -> LicenseReport {
        try await pool.transaction(isolation: .repeatableRead) { session in
            guard let wanted else {
                let rows = try session.execute(Self.licenseCounts).map {
                    LicenseRow(license: try $0.string(0), packages: try $0.int(1), images: try $0.int(2))
                }
                return LicenseReport(licenses: rows)
            }
            let names = try session.execute("SELECT DISTINCT unnest(licenses) FROM license_sets").map {
                try $0.string(0)
            }
            let question = LicenseQuestion(wanted)
            let matching = names.filter(question.matches).sorted()
            var holders: [String: [LicensedPackage]] = [:]
            for row in try session.execute(
                Self.licenseHolders,
                [.textArray(matching), .int(LicensedPackage.maxImages)]
            ) {
                holders[try row.string(0), default: []].append(
                    LicensedPackage(
                        type: PackageType(rawValue: try row.string(1)),
                        package: try row.string(2),
                        version: try row.string(3),
                        declared: try row.strings(4),
                        imageCount: try row.int(5),
                        images: try row.strings(6)
                    )
                )
            }
            let counts = try session.execute(Self.licenseCounts)
                .filter { holders[try $0.string(0)] != nil }
                .map { row in
                    LicenseRow(
                        license: try row.string(0),
                        packages: try row.int(1),
                        images: try row.int(2),
                        holders: holders[try row.string(0)]
                    )
                }
            return LicenseReport(question: wanted, licenses: counts)
        }
    }

    /// Packages and images are counted apart: pairs of a package and its licences are few in a fleet, and the licences of
    /// an image are put together from those of its sets, so that nothing as long as all packages of all images is sorted.
    private static let licenseCounts = """
        WITH shown AS MATERIALIZED (
            SELECT manifest_id, count(*) AS images FROM tags
            WHERE valid_until IS NULL AND manifest_id IS NOT NULL GROUP BY 1),
        held AS MATERIALIZED (SELECT DISTINCT set_id FROM shown JOIN image_sets USING (manifest_id)),
        pairs AS MATERIALIZED (
            SELECT DISTINCT listed.package_id, listed.license_id
            FROM held JOIN package_sets ON package_sets.id = held.set_id
                CROSS JOIN LATERAL unnest(package_ids, license_ids) AS listed(package_id, license_id)
            WHERE listed.license_id > 0),
        stated AS MATERIALIZED (
            SELECT DISTINCT held.set_id, one.license
            FROM held JOIN package_sets ON package_sets.id = held.set_id
                CROSS JOIN LATERAL (SELECT DISTINCT unnest(license_ids) AS license_id) AS sets
                JOIN license_sets ON license_sets.id = sets.license_id
                CROSS JOIN LATERAL unnest(licenses) AS one(license))
        SELECT by_package.license, by_package.packages, by_image.images
        FROM (SELECT one.license, count(DISTINCT (packages.type, packages.name, packages.version)) AS packages
                FROM pairs JOIN license_sets ON license_sets.id = pairs.license_id
                    CROSS JOIN LATERAL unnest(licenses) AS one(license)
                    JOIN packages ON packages.id = pairs.package_id
                GROUP BY 1) AS by_package
            JOIN (SELECT listed.license, sum(shown.images)::bigint AS images
                FROM (SELECT DISTINCT manifest_id, license FROM image_sets JOIN stated USING (set_id)) AS listed
                    JOIN shown USING (manifest_id)
                GROUP BY 1) AS by_image USING (license)
        ORDER BY by_package.license COLLATE "C"
        """

    private static let licenseHolders = """
        WITH sets AS MATERIALIZED (
            SELECT id, one.license, declared FROM license_sets CROSS JOIN LATERAL unnest(licenses) AS one(license)
            WHERE one.license = ANY($1)),
        held AS MATERIALIZED (
            SELECT DISTINCT listed.license_id AS set_id, listed.package_id, image_sets.manifest_id
            FROM package_sets
                CROSS JOIN LATERAL unnest(package_ids, license_ids) AS listed(package_id, license_id)
                JOIN image_sets ON image_sets.set_id = package_sets.id
            WHERE package_sets.license_ids && ARRAY(SELECT id FROM sets)
                AND listed.license_id IN (SELECT id FROM sets)),
        images AS MATERIALIZED (
            SELECT tags.manifest_id, registries.host || '/' || repositories.name || ':' || tags.name AS image
            FROM tags JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE tags.valid_until IS NULL AND tags.manifest_id IN (SELECT manifest_id FROM held))
        SELECT sets.license, packages.type, packages.name, packages.version, sets.declared,
            count(DISTINCT images.image COLLATE "C"),
            (array_agg(DISTINCT images.image COLLATE "C" ORDER BY images.image COLLATE "C"))[1:$2]
        FROM held JOIN sets ON sets.id = held.set_id JOIN packages ON packages.id = held.package_id
            JOIN images ON images.manifest_id = held.manifest_id
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 1, 2, 3, 4, 5
        """
}
