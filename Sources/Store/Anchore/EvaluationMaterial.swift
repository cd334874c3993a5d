package import AnchoreAPI
import Matching
import Postgres
package import ScanModel

/// Names what is stored of a layer: another analysis has another name.
package struct LayerContentKey: Hashable, Sendable {
    let layer: Int
    let print: String
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
    /// The packages of the images that have open matches.
    package var matches: [PackageMatches] = []
    /// What those are, by flaw and package.
    package var findings: [SharedFinding] = []
    /// By the numbers of the images; one that is gone, or has a layer without a report, is not among them.
    package var images: [Int: Image] = [:]
}

extension Store {
    /// Loads what is stored about images, in one snapshot of the database and a fixed number of statements.
    ///
    /// `decoded` gives layers that are at hand, which are not read again, nor are the matches `atHand`; what was collected of
    /// files is read where `withFiles` says so. Without a rule that reads findings there are none. Only what was loaded `forKeeping` has a basis
    /// that evaluations may be kept under. `onLayers` gets all but the findings, while those are still being read.
    package func evaluationMaterial(
        of images: [Int],
        _ question: EvaluationQuestion,
        withFiles: Bool,
        forKeeping: Bool,
        decoded: @escaping @Sendable (LayerContentKey) -> AnalysedLayer?,
        atHand: RecentMatches,
        onLayers: @escaping @Sendable (EvaluationMaterial) -> Void = { _ in }
    ) async throws -> EvaluationMaterial {
        try await pool.transaction(isolation: .repeatableRead) { session in
            // For one image, making plans for lists of different lengths takes as long as reading what they are for.
            if images.count == 1 { try session.script("SET LOCAL plan_cache_mode = force_generic_plan") }
            let bases = try EvaluationBases(session, of: images, question, forKeeping: forKeeping)
            var material = EvaluationMaterial()
            material.now = bases.moment.seconds
            material.oldestSync = bases.moment.oldestSync
            material.readAt = bases.moment.readAt
            // What no rule asks for is looked for in no image, which costs next to nothing.
            let held = try session.executeTogether(
                [KeptStatement(Self.evaluatedImages, [.intArray(images), .text(question.account)])]
                    + HeldSets.statements(of: question.findings ? images : [])
            ) { answers in
                material.images = try Self.images(answers.next(), bases)
                return try HeldSets(&answers)
            }
            let missing = material.takeLayers(decoded)
            let version = bases.moment.matchesVersion
            var (matches, unread) = Self.split(held.packages, version: version, atHand)
            let rows = try session.executeTogether(
                [
                    KeptStatement(
                        withFiles ? Self.layersWithFiles : Self.layers,
                        [.intArray(missing.keys.sorted())]
                    )
                ] + PackageMatches.statements(of: unread)
            ) { answers in
                try material.addLayers(answers.next(), missing, withFiles: withFiles)
                onLayers(material)
                return try PackageMatches.Rows(&answers)
            }
            matches += try PackageMatches.read(rows, version: version, atHand, session)
            material.add(matches, in: held, bases.suppressed)
            return material
        }
    }

    /// The matches that are at hand, and the packages whose are not.
    private static func split(
        _ packages: [Int],
        version: Int,
        _ atHand: RecentMatches
    ) -> (known: [PackageMatches], unread: [Int]) {
        var split: (known: [PackageMatches], unread: [Int]) = ([], [])
        let known = atHand.matches.known(packages.map { PackageMatches.Key(version: version, package: $0) })
        for (package, matches) in zip(packages, known) {
            if let matches { split.known.append(matches) } else { split.unread.append(package) }
        }
        return split
    }

    private static let evaluatedImages = """
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
        """

    private static func images(
        _ rows: PostgresRows,
        _ bases: EvaluationBases
    ) throws -> [Int: EvaluationMaterial.Image] {
        var images: [Int: EvaluationMaterial.Image] = [:]
        for row in rows {
            let image = try row.int(0)
            guard let basis = bases.texts[image] else { continue }
            var documents: ImageDocuments?
            if let manifest = try row.optionalBytes(2), let config = try row.optionalBytes(3) {
                documents = ImageDocuments(manifest: manifest, config: config)
            }
            images[image] = EvaluationMaterial.Image(
                basis: basis,
                layers: zip(try row.ints(4), try row.strings(5)).map { LayerContentKey(layer: $0, print: $1) },
                dockerfile: try row.optionalBytes(1),
                documents: documents,
                hasDistroAdvisories: bases.withDistroData.contains(image),
                findings: []
            )
        }
        return images
    }

    private static let layers = "SELECT layer_id, report, paths FROM layer_reports WHERE layer_id = ANY($1::bigint[])"

    private static let layersWithFiles = """
        SELECT layer_id, report, paths, parts, attributes, digests, found
        FROM layer_reports LEFT JOIN layer_facts USING (layer_id) WHERE layer_id = ANY($1::bigint[])
        """

    /// The sets of packages that images hold.
    fileprivate struct HeldSets {
        /// By the numbers of the images.
        private(set) var ofImages: [Int: [Int]] = [:]
        private(set) var sets: [Int: (packages: [Int], owned: Set<Int>)] = [:]

        /// The questions that ``init(_:)`` reads the answers to.
        static func statements(of images: [Int]) -> [KeptStatement] {
            [places, content].map { KeptStatement($0, [.intArray(images)]) }
        }

        init(_ answers: inout PostgresAnswers) throws {
            for row in try answers.next() { ofImages[try row.int(0), default: []].append(try row.int(1)) }
            for row in try answers.next() { sets[try row.int(0)] = (try row.ints(1), Set(try row.ints(2))) }
        }

        private static let places = "SELECT manifest_id, set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[])"

        /// Each once: the images of a batch share most of them.
        private static let content = """
            SELECT id, package_ids, owned_ids FROM package_sets
            WHERE id IN (SELECT set_id FROM image_sets WHERE manifest_id = ANY($1::bigint[]))
            """

        /// In order.
        var packages: [Int] { Set(sets.values.flatMap(\.packages)).sorted() }
    }
}

extension EvaluationMaterial {
    /// Takes the layers that are at hand; gives the others by their numbers.
    fileprivate mutating func takeLayers(_ decoded: (LayerContentKey) -> AnalysedLayer?) -> [Int: LayerContentKey] {
        var missing: [Int: LayerContentKey] = [:]
        for key in Set(images.values.flatMap(\.layers)) {
            if let layer = decoded(key) { layers[key] = .decoded(layer) } else { missing[key.layer] = key }
        }
        return missing
    }

    fileprivate mutating func addLayers(
        _ rows: PostgresRows,
        _ missing: [Int: LayerContentKey],
        withFiles: Bool
    ) throws {
        for row in rows {
            guard let key = missing[try row.int(0)] else { continue }
            var facts: StoredFacts?
            if withFiles, let attributes = try row.optionalBytes(4) {
                facts = StoredFacts(
                    parts: try row.strings(3),
                    attributes: attributes,
                    digests: try row.optionalBytes(5) ?? [],
                    found: try row.optionalBytes(6) ?? []
                )
            }
            layers[key] = .stored(StoredAnalysis(report: try row.bytes(1), paths: try row.bytes(2), facts: facts))
        }
    }

    /// Adds the open matches of all packages once, and to each image those that count in it.
    fileprivate mutating func add(
        _ matches: [PackageMatches],
        in held: Store.HeldSets,
        _ suppressed: SuppressedFindings
    ) {
        self.matches = matches.filter { !$0.records.isEmpty }
        findings = PackageMatches.ordered(self.matches)
        var places: [Int: (all: [Int], hasOwner: Bool)] = [:]
        for (place, finding) in findings.enumerated() {
            places[finding.matches.key.package, default: ([], finding.matches.hasOwner)].all.append(place)
        }
        let ofSets = held.sets.mapValues { set in
            set.packages.flatMap { package -> [Int] in
                guard let known = places[package], known.hasOwner || !set.owned.contains(package) else { return [] }
                return known.all
            }
        }
        for image in images.keys {
            images[image]?.findings = (held.ofImages[image] ?? []).flatMap { ofSets[$0] ?? [] }
                .filter { !suppressed.contains(findings[$0].matches.key.package, findings[$0].flaw, in: image) }
                .sorted()
        }
    }
}
