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
            let digests = Dictionary(layers.map { ($0.position, $0.layer.digest) }) { first, _ in first }
            let found = try findings(in: packages, layers: digests, asOf: day)
            report.findings = found.findings
            for index in layers.indices { layers[index].layer.findings = found.open[layers[index].position] ?? 0 }
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

    /// The packages in the order in which findings of one flaw are listed, of one that several layers bring the lowest first.
    private func packages(of manifest: Int) throws -> [Listed] {
        var places: [Int: [(layer: Int, license: Int, isOwned: Bool)]] = [:]
        for row in try session.executeKept(Self.sets, [.int(manifest)]) {
            let layer = try row.int(0)
            let owned = Set(try row.ints(3))
            // Empty where no package states any.
            let licenses = try row.ints(2)
            for (place, package) in try row.ints(1).enumerated() {
                let license = licenses.indices.contains(place) ? licenses[place] : 0
                places[package, default: []].append((layer, license, owned.contains(package)))
            }
        }
        return try session.executeKept(Self.packages, [.intArray(places.keys.sorted())]).flatMap { row in
            let id = try row.int(0)
            let package = ImageLicense.Package(
                type: PackageType(rawValue: try row.string(1)),
                name: try row.string(2),
                version: try row.string(3)
            )
            return (places[id] ?? []).map { place in
                Listed(
                    id: id,
                    layer: place.layer,
                    package: package,
                    licenses: place.license == 0 ? nil : place.license,
                    isOwned: place.isOwned
                )
            }
        }
    }

    private static let sets = """
        SELECT image_sets.layer, package_ids, license_ids, owned_ids
        FROM image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
        WHERE image_sets.manifest_id = $1 ORDER BY image_sets.layer
        """

    /// A look-up of many keys at once takes a fifth of what joining each takes.
    private static let packages = """
        SELECT id, type, name, version FROM packages WHERE id = ANY($1::bigint[])
        ORDER BY type COLLATE "C", name COLLATE "C", version COLLATE "C", arch COLLATE "C", fingerprint
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

    /// A vulnerability that packages of the image have.
    private struct Flaw {
        let name: String
        let cvssScore: Double?
        let epss: Double?
        let isKEV: Bool
        /// Its place in the order of names.
        let rank: Int
    }

    private func flaws(_ ids: Set<Int>) throws -> [Int: Flaw] {
        var flaws: [Int: Flaw] = [:]
        for (rank, row) in try session.executeKept(Self.flaws, [.intArray(ids.sorted())]).enumerated() {
            flaws[try row.int(0)] = Flaw(
                name: try row.string(1),
                cvssScore: try row.optionalDouble(2),
                epss: try row.optionalDouble(3),
                isKEV: try row.bool(4),
                rank: rank
            )
        }
        return flaws
    }

    private static let flaws = """
        SELECT id, name, cvss_score, epss, is_kev FROM vulnerabilities WHERE id = ANY($1::bigint[])
        ORDER BY name COLLATE "C", id
        """

    /// The findings flaw by flaw in the order of their names, and how many are open by the position of the layer that brings
    /// the package; `layers` are the digests by position.
    private func findings(
        in packages: [Listed],
        layers: [Int: String],
        asOf day: String
    ) throws -> (findings: [ImageFinding], open: [Int: Int]) {
        let listed = packages.filter { !$0.isOwned }
        // One layer may bring what another one brought already.
        let places = Dictionary(grouping: listed.indices) { listed[$0].id }
        let rows = Array(try session.executeKept(Self.matches, [.intArray(places.keys.sorted())]))
        let flaws = try flaws(Set(rows.map { try $0.int(1) }))
        let said = try FleetSuppressions(session, asOf: day, among: Array(flaws.keys))
        let concerned = try rows.filter { said.flaws[try $0.int(1)] != nil }.map { try $0.int(0) }
        let purls = concerned.isEmpty ? [:] : try FleetSuppressions.purls(of: Set(concerned), session)
        // Numbers are put in order, and each finding is made where it stays.
        var order: [(rank: Int, place: Int, row: Int)] = []
        for (number, row) in rows.enumerated() {
            guard let flaw = flaws[try row.int(1)] else { continue }
            for place in places[try row.int(0)] ?? [] { order.append((flaw.rank, place, number)) }
        }
        order.sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
        var open: [Int: Int] = [:]
        let findings = try order.compactMap { item -> ImageFinding? in
            let row = rows[item.row]
            let number = try row.int(1)
            guard let flaw = flaws[number] else { return nil }
            let brought = listed[item.place]
            let suppression = purls[brought.id].flatMap { said.about(number, purl: $0) }?.suppression(in: identity)
            if suppression == nil { open[brought.layer, default: 0] += 1 }
            return ImageFinding(
                id: flaw.name,
                severity: Severity(rawValue: try row.string(2)) ?? .unknown,
                cvssScore: flaw.cvssScore,
                epss: flaw.epss,
                kev: flaw.isKEV,
                type: brought.package.type,
                package: brought.package.name,
                version: brought.package.version,
                fixState: FixState(rawValue: try row.string(3)) ?? .unknown,
                fixedVersions: try row.strings(4),
                layer: layers[brought.layer] ?? "",
                firstSeen: try row.optionalString(5),
                suppression: suppression
            )
        }
        return (findings, open)
    }

    private static let matches = """
        SELECT package_id, vulnerability_id, severity, fix_state, fixed_versions,
            to_char(found_from AT TIME ZONE 'UTC', 'YYYY-MM-DD')
        FROM package_vulnerabilities WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL
        """
}
