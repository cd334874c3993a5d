package import AnchoreAPI
import Matching
import Postgres
package import ScanModel

/// Names what is stored of a layer: another analysis has another name.
package struct LayerContentKey: Hashable, Sendable {
    let layer: Int
    let print: String
}

/// An open match that images of a batch share.
package struct SharedFinding: Sendable {
    package var record: FindingRecord
    /// Names the package everywhere, as ``PackagePlaces`` does.
    package var fingerprint: [UInt8]
}

/// All that is stored about some images that a policy may ask for, as of one moment.
///
/// What images share is in it once: layers, and the findings of packages.
package struct EvaluationMaterial: Sendable {
    /// A layer as it was stored, or as it was decoded before.
    package enum Layer: Sendable {
        case stored(StoredAnalysis)
        case decoded(AnalysedLayer)
    }

    /// What is stored about one image.
    package struct Image: Sendable {
        /// What its evaluations are computed from.
        package var basis: String
        /// From the lowest to the highest.
        package var layers: [LayerContentKey]
        package var dockerfile: [UInt8]?
        package var documents: ImageDocuments?
        package var hasDistroAdvisories: Bool
        /// Places in ``EvaluationMaterial/findings``, in their order.
        package var findings: [Int]
    }

    /// Seconds since 1970.
    package var now = 0
    package var oldestSync: Int?
    /// When it was read, in microseconds since 1970.
    package var readAt = 0
    package var layers: [LayerContentKey: Layer] = [:]
    /// By flaw and package.
    package var findings: [SharedFinding] = []
    /// By the numbers of the images; one that is gone, or has a layer without a report, is not among them.
    package var images: [Int: Image] = [:]
}

extension Store {
    /// Loads what is stored about images, in one snapshot of the database and a fixed number of statements.
    ///
    /// `decoded` gives layers that are at hand, which are not read again; what was collected of files is read where
    /// `withFiles` says so. Without a rule that reads findings there are none. Only what was loaded `forKeeping` has a basis
    /// that evaluations may be kept under.
    package func evaluationMaterial(
        of images: [Int],
        _ question: EvaluationQuestion,
        withFiles: Bool,
        forKeeping: Bool,
        decoded: @escaping @Sendable (LayerContentKey) -> AnalysedLayer?
    ) async throws -> EvaluationMaterial {
        try await pool.transaction(isolation: .repeatableRead) { session in
            let bases = try EvaluationBases(session, of: images, question, forKeeping: forKeeping)
            var material = EvaluationMaterial()
            material.now = bases.moment.seconds
            material.oldestSync = bases.moment.oldestSync
            material.readAt = bases.moment.readAt
            try Self.loadImages(&material, images, question, bases, session)
            try Self.loadLayers(&material, withFiles: withFiles, decoded, session)
            if question.findings { try Self.loadFindings(&material, bases.suppressed, session) }
            return material
        }
    }

    private static func loadImages(
        _ material: inout EvaluationMaterial,
        _ images: [Int],
        _ question: EvaluationQuestion,
        _ bases: EvaluationBases,
        _ session: PostgresSession
    ) throws {
        for row in try session.execute(
            """
            SELECT asked.id, account_images.dockerfile, image_documents.manifest, image_documents.config,
                coalesce(held.layers, '{}'), coalesce(held.prints, '{}')
            FROM unnest($1::bigint[]) AS asked(id)
                LEFT JOIN account_images ON account_images.manifest_id = asked.id AND account_images.account = $2
                LEFT JOIN image_documents ON image_documents.manifest_id = asked.id
                CROSS JOIN LATERAL (
                    SELECT array_agg(layer_id ORDER BY position) AS layers,
                        array_agg(coalesce(encode(layer_reports.fingerprint, 'hex'), layer_reports.analysis_version)
                            ORDER BY position) AS prints,
                        bool_and(layer_reports.layer_id IS NOT NULL) AS is_whole
                    FROM manifest_layers LEFT JOIN layer_reports USING (layer_id)
                    WHERE manifest_layers.manifest_id = asked.id) AS held
            WHERE held.is_whole IS NOT FALSE
            """,
            [.intArray(images), .text(question.account)]
        ) {
            let image = try row.int(0)
            guard let basis = bases.texts[image] else { continue }
            var documents: ImageDocuments?
            if let manifest = try row.optionalBytes(2), let config = try row.optionalBytes(3) {
                documents = ImageDocuments(manifest: manifest, config: config)
            }
            material.images[image] = EvaluationMaterial.Image(
                basis: basis,
                layers: zip(try row.ints(4), try row.strings(5)).map { LayerContentKey(layer: $0, print: $1) },
                dockerfile: try row.optionalBytes(1),
                documents: documents,
                hasDistroAdvisories: bases.withDistroData.contains(image),
                findings: []
            )
        }
    }

    private static func loadLayers(
        _ material: inout EvaluationMaterial,
        withFiles: Bool,
        _ decoded: (LayerContentKey) -> AnalysedLayer?,
        _ session: PostgresSession
    ) throws {
        var missing: [Int: LayerContentKey] = [:]
        for key in Set(material.images.values.flatMap(\.layers)) {
            if let layer = decoded(key) { material.layers[key] = .decoded(layer) } else { missing[key.layer] = key }
        }
        guard !missing.isEmpty else { return }
        let facts = withFiles ? "LEFT JOIN layer_facts USING (layer_id)" : ""
        let columns = withFiles ? "parts, attributes, digests, found" : "NULL, NULL, NULL, NULL"
        for row in try session.execute(
            """
            SELECT layer_id, report, paths, \(columns) FROM layer_reports \(facts) WHERE layer_id = ANY($1::bigint[])
            """,
            [.intArray(missing.keys.sorted())]
        ) {
            guard let key = missing[try row.int(0)] else { continue }
            let stored = try row.optionalBytes(4).map { attributes in
                StoredFacts(
                    parts: try row.strings(3),
                    attributes: attributes,
                    digests: try row.optionalBytes(5) ?? [],
                    found: try row.optionalBytes(6) ?? []
                )
            }
            material.layers[key] = .stored(
                StoredAnalysis(report: try row.bytes(1), paths: try row.bytes(2), facts: stored)
            )
        }
    }

    /// The open matches of all packages once, and for each image those that count in it.
    private static func loadFindings(
        _ material: inout EvaluationMaterial,
        _ suppressed: SuppressedFindings,
        _ session: PostgresSession
    ) throws {
        let images = material.images.keys.sorted()
        var sets: [Int: (packages: [Int], owned: Set<Int>)] = [:]
        var placed: [Int: [Int]] = [:]
        for row in try session.execute(
            "SELECT manifest_id, set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[])",
            [.intArray(images)]
        ) { placed[try row.int(0), default: []].append(try row.int(1)) }
        for row in try session.execute(
            "SELECT id, package_ids, owned_ids FROM package_sets WHERE id = ANY($1::integer[])",
            [.intArray(Set(placed.values.joined()).sorted())]
        ) { sets[try row.int(0)] = (try row.ints(1), Set(try row.ints(2))) }

        var places: [Int: (all: [Int], hasOwner: Bool)] = [:]
        let matches = try EvaluationMatches(of: Set(sets.values.flatMap(\.packages)).sorted(), session).all
        for (place, match) in matches.enumerated() {
            places[match.package, default: ([], match.hasOwner)].all.append(place)
        }
        material.findings = matches.map(\.finding)
        let ofSets = sets.mapValues { set in
            set.packages.flatMap { package -> [Int] in
                guard let known = places[package], known.hasOwner || !set.owned.contains(package) else { return [] }
                return known.all
            }
        }
        for image in images {
            material.images[image]?.findings = (placed[image] ?? []).flatMap { ofSets[$0] ?? [] }
                .filter { !suppressed.contains(matches[$0].package, matches[$0].flaw, in: image) }
                .sorted()
        }
    }
}
