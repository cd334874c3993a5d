package import AnchoreAPI
import Postgres
import ScanModel

extension Store {
    /// Images with a package that has a vulnerability, named by its id or an alias.
    ///
    /// `vendorOnly` leaves out what the vendor will not fix. Names of severities and namespaces are compared without case.
    package func imagesWith(
        vulnerability: String,
        package name: String?,
        namespace: String?,
        severity: String?,
        vendorOnly: Bool,
        in scope: AccountScope
    ) async throws -> FleetMatches {
        try await pool.transaction(isolation: .repeatableRead) { session in
            var packages: [Int: FleetPackage] = [:]
            for row in try session.execute(
                Self.vulnerablePackages,
                [.text(vulnerability), .text(name), .text(severity?.lowercased()), .bool(vendorOnly)]
            ) {
                let columns = try PackageColumns(row, from: 4)
                let found = FindingRecord(
                    id: try row.string(1),
                    aliases: [],
                    severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                    fixedVersions: [],
                    willNotFix: false,
                    provider: try row.string(3),
                    cvssVectors: nil,
                    package: columns.package,
                    distro: columns.distro
                )
                guard namespace == nil || namespace?.lowercased() == found.feedGroup.lowercased() else { continue }
                packages[try row.int(0)] = FleetPackage(
                    name: columns.package.name,
                    version: columns.package.version,
                    type: AnchorePackageType.name(columns.package.type),
                    namespace: found.feedGroup,
                    severity: FindingRecord.spelled(found.severity)
                )
            }
            return try Self.holders(of: packages, exposed: true, scope, session)
        }
    }

    private static let vulnerablePackages = """
        SELECT packages.id, vulnerabilities.name, known.severity, known.provider, \(PackageColumns.list)
        FROM (SELECT id, name FROM vulnerabilities WHERE name = $1
                UNION SELECT id, name FROM vulnerabilities WHERE aliases @> ARRAY[$1::text]) AS vulnerabilities
            JOIN package_vulnerabilities AS known ON known.vulnerability_id = vulnerabilities.id
                AND known.found_until IS NULL
            JOIN packages ON packages.id = known.package_id
            LEFT JOIN distros ON distros.id = packages.distro
        WHERE ($2::text IS NULL OR packages.name = $2) AND ($3::text IS NULL OR known.severity = $3)
            AND NOT ($4::boolean AND known.fix_state = 'wont-fix')
        """

    /// Images with a package of this name; `version` is the full version or what stands before a release.
    package func imagesWith(
        package name: String,
        version: String?,
        types: [String]?,
        in scope: AccountScope
    ) async throws -> FleetMatches {
        try await pool.transaction(isolation: .repeatableRead) { session in
            var packages: [Int: FleetPackage] = [:]
            for row in try session.execute(
                """
                SELECT id, name, version, type FROM packages
                WHERE lower(name) = lower($1) AND (name = $1 OR type <> ALL($4::text[]))
                    AND ($2::text IS NULL OR version = $2
                        OR (type = ANY($4::text[]) AND starts_with(version, $2 || '-')))
                    AND ($3::text[] IS NULL OR type = ANY($3::text[]))
                """,
                [
                    .text(name), .text(version), types.map { .textArray($0) } ?? .null,
                    .textArray(ContentType.os.packages),
                ]
            ) {
                packages[try row.int(0)] = FleetPackage(
                    name: try row.string(1),
                    version: try row.string(2),
                    type: AnchorePackageType.name(PackageType(rawValue: try row.string(3)))
                )
            }
            return try Self.holders(of: packages, exposed: false, scope, session)
        }
    }

    private static func holders(
        of packages: [Int: FleetPackage],
        exposed: Bool,
        _ scope: AccountScope,
        _ session: PostgresSession
    ) throws -> FleetMatches {
        let ids = packages.keys.sorted()
        var matches = FleetMatches(packages: ids.compactMap { packages[$0] })
        guard !ids.isEmpty else { return matches }
        let places = Dictionary(ids.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        for row in try session.execute(AnchoreSQL.sets(exposed: exposed), [.intArray(ids)]) {
            guard let place = places[try row.int(1)] else { continue }
            matches.add(package: place, toSet: try row.int(0))
        }
        // An account that sees the fleet names what it does not want to see, others what they do.
        let named = Set(
            try session.execute(
                "SELECT manifest_id FROM account_images WHERE account = $1 AND is_listed = $2",
                [.text(scope.account), .bool(!scope.seesFleet)]
            ).map { try $0.int(0) }
        )
        for row in try session.execute(AnchoreSQL.imagesOfSets, [.intArray(matches.setNumbers)]) {
            let images = try row.ints(1).filter { named.contains($0) != scope.seesFleet }
            matches.add(images: images, withSet: try row.int(0) - 1)
        }
        matches.sort()
        return matches
    }

    /// What is known of vulnerabilities, by id or alias, with the packages of the fleet that they touch; of a flaw a record
    /// for each group of the feed that has it.
    ///
    /// The name of the package is compared without case. A flaw that touches nothing is there only where none was asked for.
    package func vulnerabilities(_ ids: [String], package name: String?, version: String?) async throws
        -> [VulnerabilityRecord]
    {
        try await pool.run { session in
            var records: [VulnerabilityRecord] = []
            var places: [[String]: Int] = [:]
            for row in try session.execute(
                Self.knownVulnerabilities,
                [.textArray(ids), .text(name?.lowercased()), .text(version)]
            ) {
                let isTouching = try row.optionalString(5) != nil
                guard isTouching || name == nil else { continue }
                let id = try row.string(0)
                var distro: Distro?
                if let system = try row.optionalString(8) {
                    distro = Distro(id: system, versionID: try row.string(9), name: system)
                }
                let finding = FindingRecord(
                    id: id,
                    aliases: [],
                    severity: Severity(rawValue: try row.optionalString(3) ?? "") ?? .unknown,
                    fixedVersions: isTouching ? try row.strings(7) : [],
                    willNotFix: try row.optionalString(6) == FixState.wontFix.rawValue,
                    provider: try row.optionalString(4) ?? "None",
                    cvssVectors: try row.optionalString(2),
                    package: Package(
                        type: PackageType(rawValue: try row.optionalString(10) ?? ""),
                        name: try row.optionalString(5) ?? "",
                        version: ""
                    ),
                    distro: distro
                )
                // Several distributions go by the advisories of one.
                let place = places[[id, finding.feedGroup]] ?? records.count
                if place == records.count {
                    places[[id, finding.feedGroup]] = place
                    records.append(VulnerabilityRecord(finding, description: try row.string(1), isTouching: isTouching))
                }
                if isTouching { records[place].add(finding) }
            }
            return records
        }
    }

    private static let knownVulnerabilities = """
        SELECT vulnerabilities.name, vulnerabilities.summary, vulnerabilities.cvss_vector, touched.severity,
            touched.provider, touched.package, touched.fix_state, touched.fixed_versions,
            touched.distro_id, touched.version_id, touched.type
        FROM vulnerabilities LEFT JOIN LATERAL (
            SELECT DISTINCT known.severity, known.provider, packages.name AS package, known.fix_state,
                known.fixed_versions, distros.distro_id, distros.version_id, packages.type
            FROM package_vulnerabilities AS known JOIN packages ON packages.id = known.package_id
                LEFT JOIN distros ON distros.id = packages.distro
            WHERE known.vulnerability_id = vulnerabilities.id AND known.found_until IS NULL
                AND ($2::text IS NULL OR lower(packages.name) = $2) AND ($3::text IS NULL OR packages.version = $3)
            ) AS touched ON true
        WHERE vulnerabilities.name = ANY($1::text[]) OR vulnerabilities.aliases && $1::text[]
        ORDER BY vulnerabilities.name COLLATE "C", touched.distro_id COLLATE "C" NULLS LAST, touched.version_id COLLATE "C",
            touched.provider, touched.type, touched.package COLLATE "C", touched.fix_state, touched.fixed_versions
        """
}
