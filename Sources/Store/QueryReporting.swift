import Postgres
package import Reports
package import ScanModel
import VEX

extension Store {
    /// Where a vulnerability is, by its id or one of its aliases; `nil` where no package of the fleet has it.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`.
    package func vulnerabilityReport(_ id: String, asOf day: String) async throws -> VulnerabilityReport? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            guard
                let row = try session.execute(
                    """
                    SELECT id, name, aliases, cvss_score, cvss_vector, epss, is_kev, published, summary
                    FROM vulnerabilities WHERE name = $1 OR $1 = ANY(aliases) ORDER BY name <> $1, name LIMIT 1
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
            var verdicts: [String: PackageVerdict?] = [:]
            for found in try session.execute(Self.affectedImages, [.int(number)]) {
                let purl = try PackageColumns(found, from: 16).purl
                let verdict = verdicts[purl] ?? said.about(number, purl: purl)
                verdicts[purl] = .some(verdict)
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

    private static let affectedImages = """
        SELECT registries.host || '/' || repositories.name || ':' || tags.name, manifests.digest, packages.type,
            packages.name, packages.version, known.fixed_versions, coalesce(layers.digest, ''),
            to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD'), known.provider, known.severity,
            registries.host, repositories.name, tags.name, tags.digest, manifests.digest,
            manifests.config_digest, \(PackageColumns.list)
        FROM package_vulnerabilities AS known
            JOIN packages ON packages.id = known.package_id
            LEFT JOIN distros ON distros.id = packages.distro
            JOIN inventories ON inventories.package_ids @> ARRAY[known.package_id]
            CROSS JOIN LATERAL (
                SELECT min(listed.layer) AS layer, bool_and(listed.owned) AS owned
                FROM unnest(package_ids, package_layers, package_owned) AS listed(package_id, layer, owned)
                WHERE listed.package_id = known.package_id) AS place
            JOIN manifests ON manifests.id = inventories.manifest_id
            JOIN tags ON tags.manifest_id = inventories.manifest_id AND tags.valid_until IS NULL
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = manifests.id
                AND manifest_layers.position = place.layer
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE known.vulnerability_id = $1 AND known.found_until IS NULL
            AND (NOT place.owned OR packages.owner IS NOT NULL)
        ORDER BY 1, 3, 4, 5
        """

    /// Which images have a package, by version; names are compared as they are written.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`.
    package func packageReport(name: String, version: String?, asOf day: String) async throws -> PackageReport {
        try await pool.transaction(isolation: .repeatableRead) { session in
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
                WHERE license_sets.id = package_licenses[array_position(package_ids, packages.id)]), '{}')
        FROM packages
            JOIN inventories ON inventories.package_ids @> ARRAY[packages.id]
            JOIN manifests ON manifests.id = inventories.manifest_id
            JOIN tags ON tags.manifest_id = manifests.id AND tags.valid_until IS NULL
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            LEFT JOIN distros ON distros.id = inventories.distro
            LEFT JOIN manifest_layers ON manifest_layers.manifest_id = manifests.id AND manifest_layers.position =
                package_layers[array_position(package_ids, packages.id)]
            LEFT JOIN layers ON layers.id = manifest_layers.layer_id
        WHERE packages.name = $1 AND ($2::text IS NULL OR packages.version = $2)
        ORDER BY 1, 2, 3
        """

    /// What is known of one image, as the newest run left it; `nil` where no run has seen it.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`.
    package func imageReport(_ reference: ImageReference, asOf day: String) async throws -> ImageReport? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            guard
                let run = try session.execute(
                    """
                    SELECT run_images.run_id FROM run_images
                        JOIN repositories ON repositories.id = run_images.repository_id
                        JOIN registries ON registries.id = repositories.registry_id
                    WHERE registries.host = $1 AND repositories.name = $2 AND ($3::text IS NULL OR run_images.tag = $3)
                        AND ($4::text IS NULL OR run_images.digest = $4)
                    ORDER BY run_images.run_id DESC LIMIT 1
                    """,
                    [
                        .text(reference.registry), .text(reference.repository), .text(reference.tag),
                        .text(reference.digest?.description),
                    ]
                ).first?.int(0)
            else { return nil }
            try ReportTables.create(run: run, session)
            _ = try session.execute(
                """
                DELETE FROM report_images WHERE NOT (host = $1 AND repository = $2
                    AND ($3::text IS NULL OR tag = $3) AND ($4::text IS NULL OR digest = $4))
                """,
                [
                    .text(reference.registry), .text(reference.repository), .text(reference.tag),
                    .text(reference.digest?.description),
                ]
            )
            let query = FleetRowsQuery(session, try SuppressionTables(session, asOf: day))
            guard let image = try query.images().first else { return nil }
            var report = ImageReport(
                image: image.reference,
                digest: image.digest,
                platform: image.platform,
                distro: image.distro,
                state: image.state,
                reason: image.reason,
                packages: image.packages,
                advisories: try Self.builds(session)
            )
            report.findings = try session.execute(FleetRowsQuery.findings).map {
                try query.finding($0, from: 3)
            }
            report.licenses = try Self.imageLicenses(session)
            report.coverage = try session.execute(
                """
                SELECT layers.digest, layer_gaps.path, layer_gaps.reason FROM report_images
                    JOIN manifest_layers USING (manifest_id) JOIN layer_gaps USING (layer_id)
                    JOIN layers ON layers.id = layer_id ORDER BY manifest_layers.position, layer_gaps.path, layer_gaps.reason
                """
            ).map { ImageGap(layer: try $0.string(0), path: try $0.string(1), reason: try $0.string(2)) }
            report.layers = try session.execute(
                """
                SELECT layers.digest, layers.diff_id, layers.size,
                    (SELECT count(*) FROM report_packages AS here
                        WHERE here.manifest_id = manifest_layers.manifest_id AND here.layer = position),
                    (SELECT count(*) FROM report_findings AS here
                        WHERE here.manifest_id = manifest_layers.manifest_id AND here.layer = position)
                    - (SELECT count(*) FROM report_suppressed AS here
                        WHERE here.image = report_images.image AND here.layer = position),
                    (SELECT count(DISTINCT manifest_id) FROM manifest_layers AS other WHERE other.layer_id = layers.id)
                FROM report_images JOIN manifest_layers USING (manifest_id) JOIN layers ON layers.id = layer_id
                ORDER BY position
                """
            ).map {
                ImageLayer(
                    digest: try $0.string(0),
                    diffID: try $0.optionalString(1),
                    bytes: Int64(try $0.int(2)),
                    packages: try $0.int(3),
                    findings: try $0.int(4),
                    images: try $0.int(5)
                )
            }
            return report
        }
    }
}
