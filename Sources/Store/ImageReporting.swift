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
            let row = try session.executeKept(
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
        report.coverage = try session.executeKept(Self.coverage, [.int(manifest)]).map {
            ImageGap(layer: try $0.string(0), path: try $0.string(1), reason: try $0.string(2))
        }
        var layers = try session.executeKept(Self.layers, [.int(manifest)]).map { row in
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
            let packages = try packages(of: manifest)
            report.licenses = try licenses(of: packages)
            for (position, finding) in try findings(in: packages, asOf: day) {
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

    /// A package of the image, with the position of the layer that brings it.
    private struct Listed {
        let id: Int
        let layer: Int
        let package: ImageLicense.Package
        /// The number of its set of licences; `nil` where it states none.
        let licenses: Int?
        /// Whether an OS package owns its files and answers for it.
        let isOwned: Bool
    }

    /// The packages in the order in which findings of one flaw are listed.
    private func packages(of manifest: Int) throws -> [Listed] {
        try session.executeKept(Self.packages, [.int(manifest)]).map { row in
            Listed(
                id: try row.int(0),
                layer: try row.int(1),
                package: ImageLicense.Package(
                    type: PackageType(rawValue: try row.string(2)),
                    name: try row.string(3),
                    version: try row.string(4)
                ),
                licenses: try row.optionalInt(5),
                isOwned: try row.bool(6)
            )
        }
    }

    private static let packages = """
        SELECT packages.id, image_sets.layer, packages.type, packages.name, packages.version, nullif(listed.license_id, 0),
            packages.id = ANY(package_sets.owned_ids)
        FROM image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
            CROSS JOIN LATERAL unnest(package_ids, license_ids) AS listed(package_id, license_id)
            JOIN packages ON packages.id = listed.package_id
        WHERE image_sets.manifest_id = $1
        ORDER BY packages.type, packages.name COLLATE "C", packages.version COLLATE "C", packages.arch, packages.fingerprint
        """

    private func licenses(of packages: [Listed]) throws -> [ImageLicense] {
        let sets = Set(packages.compactMap(\.licenses))
        guard !sets.isEmpty else { return [] }
        var licenses: [Int: [String]] = [:]
        for row in try session.executeKept(
            "SELECT id, licenses FROM license_sets WHERE id = ANY($1::bigint[])",
            [.intArray(sets.sorted())]
        ) { licenses[try row.int(0)] = try row.strings(1) }
        var found: [String: Set<ImageLicense.Package>] = [:]
        for listed in packages {
            for license in listed.licenses.flatMap({ licenses[$0] }) ?? [] {
                found[license, default: []].insert(listed.package)
            }
        }
        return found.map { ImageLicense(license: $0.key, packages: Array($0.value)) }
    }

    /// The findings, each with the position of the layer that brings its package.
    private func findings(in packages: [Listed], asOf day: String) throws -> [(layer: Int, finding: ImageFinding)] {
        let open = packages.filter { !$0.isOwned }
        // One layer may bring what another one brought already.
        let places = Dictionary(grouping: open.indices) { open[$0].id }
        let rows = try session.executeKept(Self.findings, [.intArray(Set(open.map(\.id)).sorted())])
        let said = try FleetSuppressions(session, asOf: day, among: Array(Set(rows.map { try $0.int(1) })))
        let concerned = try rows.filter { said.flaws[try $0.int(1)] != nil }.map { try $0.int(0) }
        let purls = concerned.isEmpty ? [:] : try FleetSuppressions.purls(of: Set(concerned), session)
        var found: [(name: Int, place: Int, finding: ImageFinding)] = []
        var names = 0
        var lastName: Int?
        for row in rows {
            let package = try row.int(0)
            let flaw = try row.int(1)
            if flaw != lastName { names += 1 }
            lastName = flaw
            let verdict = purls[package].flatMap { said.about(flaw, purl: $0) }
            for place in places[package] ?? [] {
                let listed = open[place].package
                let finding = ImageFinding(
                    id: try row.string(2),
                    severity: Severity(rawValue: try row.string(3)) ?? .unknown,
                    cvssScore: try row.optionalDouble(4),
                    epss: try row.optionalDouble(5),
                    kev: try row.bool(6),
                    type: listed.type,
                    package: listed.name,
                    version: listed.version,
                    fixState: FixState(rawValue: try row.string(7)) ?? .unknown,
                    fixedVersions: try row.strings(8),
                    firstSeen: try row.optionalString(9),
                    suppression: verdict?.suppression(in: identity)
                )
                found.append((names, place, finding))
            }
        }
        return found.sorted { ($0.name, $0.place) < ($1.name, $1.place) }
            .map { (layer: open[$0.place].layer, finding: $0.finding) }
    }

    /// Flaw by flaw, in the order of their names.
    private static let findings = """
        SELECT known.package_id, known.vulnerability_id, vulnerabilities.name, known.severity, cvss_score, epss, is_kev,
            known.fix_state, known.fixed_versions, to_char(known.found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        FROM package_vulnerabilities AS known
            JOIN vulnerabilities ON vulnerabilities.id = known.vulnerability_id
        WHERE known.package_id = ANY($1::bigint[]) AND known.found_until IS NULL
        ORDER BY vulnerabilities.name COLLATE "C", known.package_id
        """
}
