import Postgres
package import Reports
package import ScanModel
import VEX

extension Store {
    /// What is known of one image, as the newest run left it; `nil` where no run has seen it.
    ///
    /// Exceptions count as of `day`, `YYYY-MM-DD`. No table of the fleet is read as a whole.
    package func imageReport(_ reference: ImageReference, asOf day: String) async throws -> ImageReport? {
        try await pool.withConnections { connection, spare in
            let reader = PostgresSnapshotReader(on: spare)
            return try await connection.transaction(isolation: .repeatableRead) { session in
                try NarrowQuestion.begin(session)
                return try ImageQuestion(session, reader, reference)?.report(asOf: day)
            }
        }
    }
}

/// One image of the fleet, as the newest run that saw it left it.
struct ImageQuestion {
    let session: PostgresSession
    /// Has the flaws looked up beside the matches: each takes the server a third of the question's time.
    let reader: PostgresSnapshotReader
    private var report: ImageReport
    let identity: ImageIdentity
    /// The manifest to show; `nil` where there is none.
    private let manifest: Int?
    private let isGone: Bool
    /// Whether exceptions or VEX documents say anything about whatever flaw.
    let isAnythingSaid: Bool

    init?(_ session: PostgresSession, _ reader: PostgresSnapshotReader, _ reference: ImageReference) throws {
        self.session = session
        self.reader = reader
        let names: [PostgresValue] = [
            .text(reference.registry), .text(reference.repository), .text(reference.tag),
            .text(reference.digest?.description),
        ]
        let (images, builds, said) = try session.executeTogether([
            KeptStatement(Self.image, names), KeptStatement(Store.buildRows),
            KeptStatement(FleetSuppressions.isAnything),
        ]) { answers in
            (try answers.next(), try Store.builds(answers.next()), try answers.next().first?.bool(0) == true)
        }
        guard let row = images.first else { return nil }
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
        isAnythingSaid = said
        report = ImageReport(
            image: facts.reference,
            digest: facts.digest,
            platform: facts.platform,
            distro: facts.distro,
            state: facts.state,
            reason: facts.reason,
            packages: 0,
            advisories: builds
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
                SELECT run_images.*, \(ReportTables.shownManifest(by: "'infinity'::timestamptz")) AS shown
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
        let number: [PostgresValue] = [.int(manifest)]
        var layers: [(position: Int, layer: ImageLayer)]
        let sets: PostgresRows
        (sets, layers) = try session.executeTogether([
            KeptStatement(Self.sets, number), KeptStatement(Self.layers, number), KeptStatement(Self.coverage, number),
        ]) { answers in
            let (sets, placed) = (try answers.next(), try placedLayers(answers.next()))
            report.coverage = try answers.next().map {
                ImageGap(layer: try $0.string(0), path: try $0.string(1), reason: try $0.string(2))
            }
            return (sets, placed)
        }
        if !isGone {
            report.packages = layers.reduce(0) { $0 + $1.layer.packages }
            let held = try HeldPackages(sets)
            let digests = Dictionary(layers.map { ($0.position, $0.layer.digest) }) { first, _ in first }
            let found = try findings(in: held, layers: digests, asOf: day)
            report.licenses = found.licenses
            report.findings = found.findings
            for index in layers.indices { layers[index].layer.findings = found.open[layers[index].position] ?? 0 }
        }
        report.layers = layers.map(\.layer)
        return report
    }

    private func placedLayers(_ rows: PostgresRows) throws -> [(position: Int, layer: ImageLayer)] {
        try rows.map { row in
            let layer = ImageLayer(
                digest: try row.string(1),
                diffID: try row.optionalString(2),
                bytes: Int64(try row.int(3)),
                packages: isGone ? 0 : try row.optionalInt(4) ?? 0,
                images: try row.int(5)
            )
            return (position: try row.int(0), layer: layer)
        }
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

    private static let sets = """
        SELECT image_sets.layer, package_ids, license_ids, owned_ids
        FROM image_sets JOIN package_sets ON package_sets.id = image_sets.set_id
        WHERE image_sets.manifest_id = $1 ORDER BY image_sets.layer
        """
}
