package import AnchoreAPI
import Matching
import Postgres
package import ScanModel
import VEX

/// An open finding of an image, and the package of the fleet that it is about.
package struct ListedFinding: Sendable {
    package var record: FindingRecord
    /// Names the package everywhere, as ``PackagePlaces`` does.
    package var fingerprint: [UInt8]
}

extension Store {
    /// The open findings of an image, those that exceptions and VEX documents answer left out, as of `day`.
    package func findings(manifest: Int, asOf day: String) async throws -> [ListedFinding] {
        try await pool.transaction(isolation: .repeatableRead) { session in
            let rows = try session.execute(Self.imageFindings, [.int(manifest)])
            let flaws = Set(try rows.map { try $0.int(0) })
            let said = try FleetSuppressions(session, asOf: day, among: flaws.sorted())
            let identity = try session.execute(Self.identitiesOfImages, [.intArray([manifest])]).first
                .map { try ImageIdentity($0, from: 1) }
            return try rows.compactMap { row in
                let columns = try PackageColumns(row, from: 10)
                if let identity, let verdict = said.about(try row.int(0), purl: columns.purl),
                    verdict.suppression(in: identity) != nil
                {
                    return nil
                }
                return ListedFinding(
                    record: FindingRecord(
                        id: try row.string(1),
                        aliases: try row.strings(2),
                        severity: Severity(rawValue: try row.string(3)) ?? .unknown,
                        fixedVersions: try row.strings(4),
                        willNotFix: try row.string(5) == FixState.wontFix.rawValue,
                        provider: try row.string(6),
                        cvssVectors: try row.optionalString(7),
                        package: columns.package,
                        distro: columns.distro,
                        detectedAt: try row.int(9)
                    ),
                    fingerprint: try row.bytes(8)
                )
            }
        }
    }

    private static let imageFindings = """
        SELECT vulnerabilities.id, vulnerabilities.name, vulnerabilities.aliases, known.severity, known.fixed_versions,
            known.fix_state, known.provider, vulnerabilities.cvss_vector,
            packages.fingerprint, \(AnchoreSQL.seconds("known.found_from")), \(PackageColumns.list)
        FROM \(AnchoreSQL.packagesOfImage)
            JOIN package_vulnerabilities AS known ON known.package_id = held.package_id AND known.found_until IS NULL
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
            JOIN packages ON packages.id = held.package_id
            LEFT JOIN distros ON distros.id = packages.distro
        ORDER BY vulnerabilities.name COLLATE "C", packages.type, packages.name COLLATE "C",
            packages.version COLLATE "C", packages.fingerprint
        """

    /// The images `$1`, each by the tag that names it, or did last.
    static let identitiesOfImages = """
        SELECT DISTINCT ON (tags.manifest_id) tags.manifest_id, registries.host, repositories.name, tags.name, tags.digest, manifests.digest, manifests.config_digest
        FROM tags JOIN manifests ON manifests.id = tags.manifest_id
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
        WHERE tags.manifest_id = ANY($1::bigint[])
        ORDER BY tags.manifest_id, tags.valid_until DESC NULLS FIRST, tags.id DESC
        """
}

/// Where the packages of one image are that are not the distribution's, by the names that the fleet knows them by.
package struct PackagePlaces: Sendable {
    private let paths: [[UInt8]: [String]]

    /// Hashes the packages of the inventory that no distribution's package manager brought; CPU work.
    package init(_ inventory: Inventory) {
        let subjects = MatchSubject.subjects(of: inventory.packages) { _ in inventory.distro }
        paths = Dictionary(
            zip(subjects, inventory.packages).filter { !$0.0.package.type.isOS }
                .map { (DistinctPackage($0.0).fingerprint, $0.1.paths) }
        ) { $0 + $1 }
    }

    /// The files that a package was read from; none for those of a distribution.
    package func paths(of fingerprint: [UInt8]) -> [String] { paths[fingerprint] ?? [] }
}
