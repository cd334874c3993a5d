import Postgres
package import Reports
import ScanModel
import VEX

extension Store {
    /// Where a vulnerability is, by its id or one of its aliases; `nil` where no package of the fleet has it.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`. Tags and matches stand as they do now or, with `past`, as they did at the
    /// end of that day (UTC).
    package func vulnerabilityReport(
        _ id: String,
        asOf day: String,
        past: String? = nil
    ) async throws -> VulnerabilityReport? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            guard
                let row = try session.executeKept(
                    """
                    SELECT id, name, aliases, cvss_score, split_part(cvss_vector, ' ', 1), epss, is_kev, published,
                        summary
                    FROM vulnerabilities WHERE id IN (
                        SELECT id FROM vulnerabilities WHERE name = $1
                        UNION ALL SELECT id FROM vulnerabilities WHERE aliases @> ARRAY[$1::text])
                    ORDER BY name <> $1, name COLLATE "C" LIMIT 1
                    """,
                    [.text(id)]
                ).first
            else { return nil }
            var report = VulnerabilityReport(
                id: try row.string(1),
                aliases: try row.strings(2),
                cvssScore: try row.optionalDouble(3),
                cvssVector: try row.optionalString(4),
                epss: try row.optionalDouble(5),
                kev: try row.bool(6),
                published: try row.optionalString(7),
                summary: try row.string(8),
                advisories: try Self.builds(session)
            )
            var providers: Set<String> = []
            let number = try row.int(0)
            let said = try FleetSuppressions(session, asOf: day, among: [number])
            let isAnythingSaid = said.flaws[number] != nil
            var verdicts: [String: PackageVerdict?] = [:]
            for found in try session.executeKept(
                Self.affectedImages(past),
                [.int(number)] + (past.map { [.text($0)] } ?? [])
            ) {
                var verdict: PackageVerdict?
                if isAnythingSaid {
                    let purl = try PackageColumns(found, from: 16).purl
                    verdict = verdicts[purl] ?? said.about(number, purl: purl)
                    verdicts[purl] = .some(verdict)
                }
                providers.insert(try found.string(8))
                report.severity = max(report.severity, Severity(rawValue: try found.string(9)) ?? .unknown)
                report.affected.append(
                    AffectedImage(
                        image: try found.string(0),
                        digest: try found.string(1),
                        type: PackageType(rawValue: try found.string(2)),
                        package: try found.string(3),
                        version: try found.string(4),
                        fixedVersions: try found.strings(5),
                        layer: try found.string(6),
                        firstSeen: try found.optionalString(7),
                        suppression: try verdict?.suppression(in: ImageIdentity(found, from: 10))
                    )
                )
            }
            report.providers = providers.sorted()
            return report
        }
    }

    /// An interval that holds now, or held at the end of the day in `$2`.
    private static func holds(_ from: String, _ until: String, on day: String?) -> String {
        guard day != nil else { return "\(until) IS NULL" }
        let end = "($2::date + 1)::timestamp AT TIME ZONE 'UTC'"
        return "\(from) < \(end) AND (\(until) IS NULL OR \(until) >= \(end))"
    }

    private static func affectedImages(_ past: String?) -> String {
        """
        SELECT registries.host || '/' || repositories.name || ':' || tags.name, manifests.digest, packages.type,
            packages.name, packages.version, known.fixed_versions, coalesce(layers.digest, ''),
            to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), known.provider, known.severity,
            registries.host, repositories.name, tags.name, tags.digest, manifests.digest,
            manifests.config_digest, \(PackageColumns.list)
        FROM package_vulnerabilities AS known
            JOIN packages ON packages.id = known.package_id
            LEFT JOIN distros ON distros.id = packages.distro
            JOIN package_sets ON package_sets.package_ids @> ARRAY[known.package_id::integer]
            JOIN image_sets ON image_sets.set_id = package_sets.id
            JOIN manifests ON manifests.id = image_sets.manifest_id
            JOIN tags ON tags.manifest_id = manifests.id AND \(holds("tags.valid_from", "tags.valid_until", on: past))
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = manifests.id
                AND manifest_layers.position = image_sets.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE known.vulnerability_id = $1 AND \(holds("known.found_from", "known.found_until", on: past))
            AND NOT known.package_id = ANY(package_sets.owned_ids)
        ORDER BY 1, 3, 4, 5
        """
    }

    /// Which images have a package, by version; names are compared as they are written.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`.
    package func packageReport(name: String, version: String?, asOf day: String) async throws -> PackageReport {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            var versions: [[String]: PackageVersion] = [:]
            var images: [Int: [ImageIdentity]] = [:]
            for row in try session.execute(Self.holders, [.text(name), .text(version)]) {
                let key = [try row.string(0), try row.string(1)]
                var known =
                    versions[key] ?? PackageVersion(type: PackageType(rawValue: key[0]), version: key[1])
                known.images.append(
                    PackageHolder(
                        image: try row.string(2),
                        digest: try row.string(3),
                        distro: try row.string(4),
                        layer: try row.string(5),
                        licenses: try row.strings(13)
                    )
                )
                versions[key] = known
                images[try row.int(12), default: []].append(try ImageIdentity(row, from: 6))
            }
            let flaws = try PackageFlaws(session, of: images, asOf: day)
            for (key, counts) in flaws.byVersion {
                versions[key]?.severities = counts.open
                versions[key]?.suppressed = counts.suppressed
            }
            return PackageReport(name: name, versions: Array(versions.values))
        }
    }

    private static let holders = """
        SELECT packages.type, packages.version, registries.host || '/' || repositories.name || ':' || tags.name,
            manifests.digest,
            coalesce(distros.distro_id || CASE WHEN distros.version_id = '' THEN '' ELSE '-' || distros.version_id END, ''),
            coalesce(layers.digest, ''), registries.host, repositories.name, tags.name, tags.digest,
            manifests.digest, manifests.config_digest, packages.id,
            coalesce((SELECT declared FROM license_sets
                WHERE license_sets.id = license_ids[array_position(package_ids, packages.id::integer)]), '{}')
        FROM packages
            JOIN package_sets ON package_sets.package_ids @> ARRAY[packages.id::integer]
            JOIN image_sets ON image_sets.set_id = package_sets.id
            JOIN manifests ON manifests.id = image_sets.manifest_id
            JOIN tags ON tags.manifest_id = manifests.id AND tags.valid_until IS NULL
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN image_inventories ON image_inventories.manifest_id = manifests.id
            LEFT JOIN distros ON distros.id = image_inventories.distro
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = manifests.id
                AND manifest_layers.position = image_sets.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE packages.name = $1 AND ($2::text IS NULL OR packages.version = $2)
        ORDER BY 1, 2, 3
        """
}
