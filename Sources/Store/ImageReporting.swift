import Postgres
package import Reports
package import ScanModel
import VEX

extension Store {
    /// What is known of one image, as the newest run left it; `nil` where no run has seen it.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`. No table of the fleet is read as a whole.
    package func imageReport(_ reference: ImageReference, asOf day: String) async throws -> ImageReport? {
        try await pool.transaction(isolation: .repeatableRead) { session in
            try NarrowQuestion.begin(session)
            return try ImageQuestion(session, reference)?.report(asOf: day)
        }
    }
}

/// One image of the fleet, as the newest run that saw it left it.
private struct ImageQuestion {
    private let session: PostgresSession
    private var report: ImageReport
    private let identity: ImageIdentity
    /// The manifest to show; `nil` where there is none.
    private let manifest: Int?
    private let isGone: Bool

    init?(_ session: PostgresSession, _ reference: ImageReference) throws {
        self.session = session
        guard
            let row = try session.execute(
                Self.image,
                [
                    .text(reference.registry), .text(reference.repository), .text(reference.tag),
                    .text(reference.digest?.description),
                ]
            ).first
        else { return nil }
        let outcome = ImageOutcome(rawValue: try row.string(7)) ?? .failed
        let facts = ImageRow(
            registry: try row.string(0),
            repository: try row.string(1),
            tag: try row.string(2),
            digest: try row.optionalString(4) ?? row.optionalString(3) ?? "",
            platform: try row.optionalString(6) ?? "",
            distro: try row.optionalString(9) ?? "",
            state: outcome == .reused ? .analysed : outcome,
            reason: try row.optionalString(8) ?? "",
            packages: 0,
            severities: SeverityCounts(),
            fixable: 0,
            kev: 0,
            coverageGaps: 0
        )
        identity = ImageIdentity(
            host: facts.registry,
            repository: facts.repository,
            tag: facts.tag,
            digests: [try row.optionalString(3), try row.optionalString(4), try row.optionalString(5)]
        )
        manifest = try row.optionalInt(10)
        isGone = outcome == .gone
        report = ImageReport(
            image: facts.reference,
            digest: facts.digest,
            platform: facts.platform,
            distro: facts.distro,
            state: facts.state,
            reason: facts.reason,
            packages: 0,
            advisories: try Store.builds(session)
        )
    }

    /// The newest run that has the image, and of that the first by its tag.
    private static let image = """
        SELECT $1::text, $2::text, found.tag, found.digest, manifests.digest, manifests.config_digest, manifests.platform,
            found.state, found.reason,
            distros.distro_id || CASE WHEN distros.version_id = '' THEN '' ELSE '-' || distros.version_id END,
            found.shown
        FROM (
            SELECT one.* FROM runs CROSS JOIN LATERAL (
                SELECT run_images.*, \(ReportTables.shownManifest) AS shown
                FROM run_images
                WHERE run_images.run_id = runs.id AND run_images.repository_id = (
                        SELECT repositories.id FROM repositories JOIN registries ON registries.id = registry_id
                        WHERE registries.host = $1 AND repositories.name = $2)
                    AND ($3::text IS NULL OR run_images.tag = $3) AND ($4::text IS NULL OR run_images.digest = $4)
                ORDER BY run_images.tag COLLATE "C" LIMIT 1) AS one
            ORDER BY runs.id DESC LIMIT 1) AS found
            LEFT JOIN manifests ON manifests.id = found.shown
            LEFT JOIN image_inventories ON image_inventories.manifest_id = found.shown
            LEFT JOIN distros ON distros.id = image_inventories.distro
        """

    func report(asOf day: String) throws -> ImageReport {
        guard let manifest else { return report }
        var report = report
        report.coverage = try session.execute(Self.coverage, [.int(manifest)]).map {
            ImageGap(layer: try $0.string(0), path: try $0.string(1), reason: try $0.string(2))
        }
        var layers = try session.execute(Self.layers, [.int(manifest)]).map { row in
            let layer = ImageLayer(
                digest: try row.string(1),
                diffID: try row.optionalString(2),
                bytes: Int64(try row.int(3)),
                packages: isGone ? 0 : try row.optionalInt(4) ?? 0,
                images: try row.int(5)
            )
            return (position: try row.int(0), layer: layer)
        }
        if !isGone {
            report.packages = layers.reduce(0) { $0 + $1.layer.packages }
            report.licenses = try Store.licenses(of: manifest, session)
            for (position, finding) in try findings(of: manifest, asOf: day) {
                var finding = finding
                if let index = layers.firstIndex(where: { $0.position == position }) {
                    finding.layer = layers[index].layer.digest
                    if finding.suppression == nil { layers[index].layer.findings += 1 }
                }
                report.findings.append(finding)
            }
        }
        report.layers = layers.map(\.layer)
        return report
    }

    private static let coverage = """
        SELECT layers.digest, layer_gaps.path, layer_gaps.reason
        FROM manifest_layers JOIN layer_gaps USING (layer_id) JOIN layers ON layers.id = layer_id
        WHERE manifest_layers.manifest_id = $1
        ORDER BY manifest_layers.position, layer_gaps.path, layer_gaps.reason
        """

    private static let layers = """
        SELECT position, layers.digest, layers.diff_id, layers.size, cardinality(package_ids),
            (SELECT count(DISTINCT manifest_id) FROM manifest_layers AS other WHERE other.layer_id = layers.id)
        FROM manifest_layers JOIN layers ON layers.id = layer_id
            LEFT JOIN image_sets ON image_sets.manifest_id = manifest_layers.manifest_id AND image_sets.layer = position
            LEFT JOIN package_sets ON package_sets.id = image_sets.set_id
        WHERE manifest_layers.manifest_id = $1
        ORDER BY position
        """

    /// The findings, each with the position of the layer that brings its package.
    private func findings(of manifest: Int, asOf day: String) throws -> [(layer: Int, finding: ImageFinding)] {
        let rows = try session.execute(Self.findings, [.int(manifest)])
        let said = try FleetSuppressions(session, asOf: day, among: Array(Set(rows.map { try $0.int(1) })))
        let concerned = try rows.filter { said.flaws[try $0.int(1)] != nil }.map { try $0.int(0) }
        let purls = try FleetSuppressions.purls(of: Set(concerned), session)
        return try rows.map { row in
            let verdict = try purls[row.int(0)].flatMap { purl in said.about(try row.int(1), purl: purl) }
            let finding = ImageFinding(
                id: try row.string(3),
                severity: Severity(rawValue: try row.string(4)) ?? .unknown,
                cvssScore: try row.optionalDouble(5),
                epss: try row.optionalDouble(6),
                kev: try row.bool(7),
                type: PackageType(rawValue: try row.string(8)),
                package: try row.string(9),
                version: try row.string(10),
                fixState: FixState(rawValue: try row.string(11)) ?? .unknown,
                fixedVersions: try row.strings(12),
                firstSeen: try row.optionalString(13),
                suppression: verdict?.suppression(in: identity)
            )
            return (try row.int(2), finding)
        }
    }

    private static let findings = """
        SELECT known.package_id, known.vulnerability_id, image_sets.layer, vulnerabilities.name, known.severity,
            cvss_score, epss, is_kev, packages.type, packages.name, packages.version, known.fix_state,
            known.fixed_versions, to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        FROM image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
            CROSS JOIN LATERAL unnest(package_sets.package_ids) AS listed(package_id)
            JOIN package_vulnerabilities AS known ON known.package_id = listed.package_id AND known.found_until IS NULL
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
            JOIN packages ON packages.id = listed.package_id
        WHERE image_sets.manifest_id = $1 AND NOT listed.package_id = ANY(package_sets.owned_ids)
        ORDER BY vulnerabilities.name COLLATE "C", packages.type, packages.name COLLATE "C",
            packages.version COLLATE "C", packages.arch, packages.fingerprint
        """
}
