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

    /// What tags name now, with the number of the tags.
    private static let shownManifests = """
        WITH shown AS MATERIALIZED (
            SELECT manifest_id, count(*) AS images FROM tags
            WHERE valid_until IS NULL AND manifest_id IS NOT NULL GROUP BY 1),
        stated AS MATERIALIZED (
            SELECT DISTINCT shown.manifest_id, shown.images, listed.package_id, listed.set_id
            FROM shown JOIN inventories USING (manifest_id)
                CROSS JOIN LATERAL unnest(package_ids, package_licenses) AS listed(package_id, set_id)
            WHERE listed.set_id > 0),
        single AS MATERIALIZED (
            SELECT license_sets.id AS set_id, one.license
            FROM license_sets CROSS JOIN LATERAL unnest(licenses) AS one(license))
        """

    private static let licenseCounts = """
        \(shownManifests)
        SELECT by_package.license, by_package.packages, by_image.images
        FROM (SELECT license, count(DISTINCT (packages.type, packages.name, packages.version)) AS packages
                FROM (SELECT DISTINCT package_id, set_id FROM stated) AS pairs JOIN single USING (set_id)
                    JOIN packages ON packages.id = pairs.package_id
                GROUP BY 1) AS by_package
            JOIN (SELECT license, sum(images)::bigint AS images
                FROM (SELECT DISTINCT license, manifest_id, images
                    FROM (SELECT DISTINCT manifest_id, images, set_id FROM stated) AS pairs JOIN single USING (set_id))
                    AS places
                GROUP BY 1) AS by_image USING (license)
        ORDER BY 1 COLLATE "C"
        """

    private static let licenseHolders = """
        SELECT held.license, held.type, held.name, held.version, held.declared, count(*),
            (array_agg(held.image ORDER BY held.image COLLATE "C"))[1:$2]
        FROM (
            SELECT DISTINCT one.license, packages.type, packages.name, packages.version, license_sets.declared,
                registries.host || '/' || repositories.name || ':' || tags.name AS image
            FROM license_sets CROSS JOIN LATERAL unnest(licenses) AS one(license)
                JOIN inventories ON inventories.package_licenses @> ARRAY[license_sets.id]
                CROSS JOIN LATERAL unnest(package_ids, package_licenses) AS listed(package_id, set_id)
                JOIN packages ON packages.id = listed.package_id
                JOIN tags ON tags.manifest_id = inventories.manifest_id AND tags.valid_until IS NULL
                JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE one.license = ANY($1) AND listed.set_id = license_sets.id) AS held
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY 1, 2, 3, 4, 5
        """

    /// The licences of the images in `report_images`, each with the packages that state it.
    static func imageLicenses(_ session: PostgresSession) throws -> [ImageLicense] {
        var found: [String: Set<ImageLicense.Package>] = [:]
        for row in try session.execute(
            """
            SELECT DISTINCT one.license, packages.type, packages.name, packages.version
            FROM report_images JOIN inventories USING (manifest_id)
                CROSS JOIN LATERAL unnest(package_ids, package_licenses) AS listed(package_id, set_id)
                JOIN license_sets ON license_sets.id = listed.set_id
                CROSS JOIN LATERAL unnest(licenses) AS one(license)
                JOIN packages ON packages.id = listed.package_id
            """
        ) {
            found[try row.string(0), default: []].insert(
                ImageLicense.Package(
                    type: PackageType(rawValue: try row.string(1)),
                    name: try row.string(2),
                    version: try row.string(3)
                )
            )
        }
        return found.map { ImageLicense(license: $0.key, packages: Array($0.value)) }
    }
}
