package import FleetAPI
import Postgres
import Reports
import ScanModel

extension Store {
    /// The distinct package versions of the fleet, by number; `nil` filters do not count, names are compared in any case.
    package func packages(
        name: String?,
        version: String?,
        type: String?,
        _ page: PageRequest
    ) async throws -> Page<APIPackage> {
        let after = try page.number(0, otherwise: 0)
        let rows = try await pool.transaction(isolation: .repeatableRead) { session in
            try Self.listedPackages(
                """
                packages.id > $1 AND ($2::text IS NULL OR lower(packages.name) = lower($2))
                    AND ($3::text IS NULL OR packages.version = $3) AND ($4::text IS NULL OR packages.type = $4)
                """,
                [.int(after), .text(name), .text(version), .text(type), .int(page.limit + 1)],
                session
            )
        }
        return Page(rows, limit: page.limit) { ["\($0.number)"] }
    }

    /// The package version of this number.
    package func package(_ number: Int) async throws -> APIPackage? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try Self.listedPackages(
                "packages.id = $1 AND $2::text IS NULL AND $3::text IS NULL AND $4::text IS NULL",
                [.int(number), .null, .null, .null, .int(1)],
                session
            ).first
        }
    }

    private static func listedPackages(
        _ condition: String,
        _ parameters: [PostgresValue],
        _ session: PostgresSession
    ) throws -> [APIPackage] {
        let rows = try session.execute(
            """
            SELECT packages.id, \(PackageColumns.list) FROM packages LEFT JOIN distros ON distros.id = packages.distro
            WHERE \(condition) ORDER BY packages.id LIMIT $5
            """,
            parameters
        )
        var counts: [Int: SeverityCounts] = [:]
        for row in try session.execute(
            """
            SELECT package_id, severity, count(*) FROM package_vulnerabilities
            WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL GROUP BY 1, 2
            """,
            [.intArray(try rows.map { try $0.int(0) })]
        ) {
            guard let severity = Severity(rawValue: try row.string(1)) else { continue }
            counts[try row.int(0), default: SeverityCounts()][severity] = try row.int(2)
        }
        return try rows.map { row in
            let columns = try PackageColumns(row, from: 1)
            let number = try row.int(0)
            return APIPackage(
                number: number,
                package: columns.package,
                distro: columns.distro,
                matches: counts[number] ?? SeverityCounts()
            )
        }
    }

    /// The images that hold a package, the newest first.
    package func images(package: Int, _ page: PageRequest) async throws -> Page<APIHolder> {
        let below = try page.number(0, otherwise: .max)
        let rows = try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            let rows = try session.execute(
                """
                WITH chosen AS MATERIALIZED (
                    SELECT image_sets.manifest_id AS id, min(image_sets.layer) AS layer
                    FROM package_sets JOIN image_sets ON image_sets.set_id = package_sets.id
                    WHERE package_sets.package_ids @> ARRAY[$1::integer] AND image_sets.manifest_id < $2
                        AND \(Self.isTagged("image_sets.manifest_id"))
                    GROUP BY 1 ORDER BY 1 DESC LIMIT $3
                )
                SELECT chosen.id, manifests.digest, manifests.platform, coalesce(layers.digest, '')
                FROM chosen JOIN manifests ON manifests.id = chosen.id
                    LEFT JOIN manifest_layers ON manifest_layers.manifest_id = chosen.id
                        AND manifest_layers.position = chosen.layer
                    LEFT JOIN layers ON layers.id = manifest_layers.layer_id
                ORDER BY chosen.id DESC
                """,
                [.int(package), .int(below), .int(page.limit + 1)]
            )
            let tagged = try TaggedImages(session, of: try rows.map { try $0.int(0) })
            return try rows.map { row in
                APIHolder(
                    number: try row.int(0),
                    digest: try row.string(1),
                    references: tagged.references(of: try row.int(0)),
                    platform: try row.string(2),
                    layer: try row.string(3)
                )
            }
        }
        return Page(rows, limit: page.limit) { ["\($0.number)"] }
    }
}
