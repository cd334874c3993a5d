package import FleetAPI
import Postgres
import Reports
import ScanModel

extension Store {
    /// The number of the image with this digest.
    package func imageNumber(digest: String) async throws -> Int? {
        try await pool.run { session in
            try session.execute("SELECT id FROM manifests WHERE digest = $1", [.text(digest)]).first?.int(0)
        }
    }

    /// The packages in an image, by name.
    package func packages(
        image: Int,
        type: String?,
        _ page: PageRequest
    ) async throws -> Page<APIHeldPackage> {
        let (name, number) = (try page.text(0, otherwise: ""), try page.number(1, otherwise: 0))
        let layer = try page.number(2, otherwise: 0)
        let rows = try await pool.transaction { session in
            try NarrowQuestion.begin(session)
            return try session.execute(
                Self.packagesOfImage,
                [.int(image), .text(name), .int(number), .int(layer), .text(type), .int(page.limit + 1)]
            ).map { row in (held: try Self.held(row), layer: try row.int(0)) }
        }
        return Page(rows, limit: page.limit) { [$0.held.package.name, "\($0.held.number)", "\($0.layer)"] }
            .map(\.held)
    }

    /// Reads the columns of ``heldColumns``.
    static func held(_ row: PostgresRow, from column: Int = 0) throws -> APIHeldPackage {
        let columns = try PackageColumns(row, from: column + 5)
        return APIHeldPackage(
            number: try row.int(column + 1),
            package: columns.package,
            distro: columns.distro,
            layer: try row.string(column + 2),
            licenses: try row.strings(column + 4),
            isOwned: try row.bool(column + 3)
        )
    }

    static let heldColumns = """
        image_sets.layer::bigint, packages.id, coalesce(layers.digest, ''),
            packages.owner IS NOT NULL OR packages.id = ANY(package_sets.owned_ids),
            coalesce(license_sets.declared, '{}'), \(PackageColumns.list)
        """

    /// Sets of images with their packages, licences and layers; for a condition on `image_sets`.
    static let heldTables = """
        image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
            CROSS JOIN LATERAL unnest(package_sets.package_ids, package_sets.license_ids) AS listed(package_id, license)
            JOIN packages ON packages.id = listed.package_id
            LEFT JOIN distros ON distros.id = packages.distro
            LEFT JOIN license_sets ON license_sets.id = listed.license
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = image_sets.manifest_id
                AND manifest_layers.position = image_sets.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        """

    private static let packagesOfImage = """
        SELECT \(heldColumns) FROM \(heldTables)
        WHERE image_sets.manifest_id = $1 AND ($5::text IS NULL OR packages.type = $5)
            AND (packages.name COLLATE "C", packages.id, image_sets.layer::bigint)
                > ($2::text COLLATE "C", $3::bigint, $4::bigint)
        ORDER BY packages.name COLLATE "C", packages.id, image_sets.layer LIMIT $6
        """

    /// The findings in an image, by vulnerability; `nil` filters do not count.
    package func findings(
        image: Int,
        severity: String?,
        fix: String?,
        isKEV: Bool?,
        _ page: PageRequest
    ) async throws -> Page<APIFinding> {
        let (name, number) = (try page.text(0, otherwise: ""), try page.number(1, otherwise: 0))
        let layer = try page.number(2, otherwise: 0)
        let rows = try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            let condition = """
                image_sets.manifest_id = $1 AND ($5::text IS NULL OR known.severity = $5)
                    AND ($6::text IS NULL OR known.fix_state = $6) AND ($7::boolean IS NULL OR is_kev = $7)
                    AND (vulnerabilities.name COLLATE "C", known.package_id, image_sets.layer::bigint)
                        > ($2::text COLLATE "C", $3::bigint, $4::bigint)
                """
            return try FindingRows(
                session,
                condition + #" ORDER BY vulnerabilities.name COLLATE "C", known.package_id, image_sets.layer LIMIT $8"#,
                [
                    .int(image), .text(name), .int(number), .int(layer), .text(severity), .text(fix),
                    isKEV.map { .bool($0) } ?? .null, .int(page.limit + 1),
                ]
            ).rows
        }
        return Page(rows, limit: page.limit) {
            [$0.finding.finding.id, "\($0.finding.packageNumber)", "\($0.layer)"]
        }.map(\.finding)
    }

    /// The layers of an image, the lowest first.
    package func layers(image: Int) async throws -> [APILayer] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT position, layers.digest, layers.diff_id, layers.size, coalesce(cardinality(package_ids), 0),
                    coalesce((SELECT array_agg(gap ORDER BY gap COLLATE "C") FROM (
                        SELECT CASE WHEN path = '' THEN reason ELSE path || ': ' || reason END AS gap
                        FROM layer_gaps WHERE layer_gaps.layer_id = layers.id ORDER BY 1 LIMIT 100) AS gaps), '{}')
                FROM manifest_layers JOIN layers ON layers.id = layer_id
                    LEFT JOIN image_sets ON image_sets.manifest_id = manifest_layers.manifest_id
                        AND image_sets.layer = position
                    LEFT JOIN package_sets ON package_sets.id = image_sets.set_id
                WHERE manifest_layers.manifest_id = $1 ORDER BY position
                """,
                [.int(image)]
            ).map { row in
                APILayer(
                    position: try row.int(0),
                    digest: try row.string(1),
                    diffID: try row.optionalString(2),
                    bytes: try row.int(3),
                    packages: try row.int(4),
                    gaps: try row.strings(5)
                )
            }
        }
    }
}

/// Findings in images, with what is said of them.
struct FindingRows {
    /// One finding, the image and the layer that it is in.
    struct Row {
        let image: Int
        let layer: Int
        let finding: APIFinding
    }

    private(set) var rows: [Row] = []

    /// Reads what `condition` leaves of `image_sets`, `packages`, `vulnerabilities` and their matches, `known`.
    init(_ session: PostgresSession, _ condition: String, _ parameters: [PostgresValue]) throws {
        let found = try session.execute(Self.select + condition, parameters)
        let flaws = Set(try found.map { try $0.int(2) })
        let said = try FleetSuppressions(session, asOf: try Store.today(session), among: flaws.sorted())
        let concerned = try found.filter { said.flaws[try $0.int(2)] != nil }
        let purls = try FleetSuppressions.purls(of: Set(concerned.map { try $0.int(1) }), session)
        let tagged = try TaggedImages(session, of: Array(Set(concerned.map { try $0.int(0) })))
        rows = try found.map { row in
            let verdict = try purls[row.int(1)].flatMap { purl in said.about(try row.int(2), purl: purl) }
            let image = try row.int(0)
            let finding = ImageFinding(
                id: try row.string(4),
                severity: Severity(rawValue: try row.string(5)) ?? .unknown,
                cvssScore: try row.optionalDouble(6),
                epss: try row.optionalDouble(7),
                kev: try row.bool(8),
                type: PackageType(rawValue: try row.string(9)),
                package: try row.string(10),
                version: try row.string(11),
                fixState: FixState(rawValue: try row.string(12)) ?? .unknown,
                fixedVersions: try row.strings(13),
                layer: try row.string(15),
                firstSeen: try row.optionalString(14),
                suppression: tagged.suppression(verdict, in: image)
            )
            return Row(
                image: image,
                layer: try row.int(3),
                finding: APIFinding(finding: finding, packageNumber: try row.int(1))
            )
        }
    }

    private static let select = """
        SELECT image_sets.manifest_id, known.package_id, known.vulnerability_id, image_sets.layer::bigint,
            vulnerabilities.name, known.severity, cvss_score, epss, is_kev, packages.type, packages.name,
            packages.version, known.fix_state, known.fixed_versions,
            to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), coalesce(layers.digest, '')
        FROM image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
            CROSS JOIN LATERAL unnest(package_sets.package_ids) AS listed(package_id)
            JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id AND known.found_until IS NULL
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
            JOIN packages ON packages.id = listed.package_id
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = image_sets.manifest_id
                AND manifest_layers.position = image_sets.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE NOT listed.package_id = ANY(package_sets.owned_ids) AND
        """ + " "
}
