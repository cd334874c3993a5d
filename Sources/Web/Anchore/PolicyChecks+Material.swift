import AnchoreAPI
import DedicatedThread
import ImageInventory
import Policy
import ScanModel
import Store

extension PolicyChecks {
    /// What judging some images begins with.
    struct Loaded: Sendable {
        let material: EvaluationMaterial
        let findings: SharedFindings
        /// Of an image that is loaded alone.
        let begun: BegunImage?
    }

    /// An image that is judged as far as that goes without its findings.
    struct BegunImage: Sendable {
        /// One that the image is judged under.
        struct Name: Sendable {
            let asked: Asked
            /// What those rules say that read the image alone.
            let rules: ImageRuleFindings?
        }

        /// The image's number.
        let image: Int
        let subject: PolicySubject
        let facts: ImageFacts
        let names: [Name]
    }

    /// Loads images, whose names stand together; one that is loaded alone somebody waits for, so judging it is begun while its
    /// findings are still being read.
    func load(
        _ asked: [[Asked]],
        _ policy: CompiledPolicy,
        _ question: EvaluationQuestion,
        forKeeping: Bool
    ) async throws -> Loaded {
        let images = asked.compactMap(\.first?.image.number).sorted()
        let withFiles = policy.readsFiles
        let (withLayers, reading) = AsyncStream.makeStream(of: EvaluationMaterial.self)
        async let begun = begin(asked.count == 1 ? asked[0] : [], policy, withLayers)
        let material: EvaluationMaterial
        do {
            defer { reading.finish() }
            material = try await service.store.evaluationMaterial(
                of: images,
                question,
                withFiles: withFiles,
                forKeeping: forKeeping,
                decoded: { [memory] in
                    memory.layers.known(EvaluationMemory.LayerKey(content: $0, withFiles: withFiles))
                },
                atHand: memory.matches,
                onLayers: { reading.yield($0) }
            )
        }
        let findings = try await memory.findings(
            of: material,
            withScores: question.scores,
            on: service.threads
        )
        return Loaded(material: material, findings: findings, begun: try await begun)
    }

    private func begin(
        _ names: [Asked],
        _ policy: CompiledPolicy,
        _ withLayers: AsyncStream<EvaluationMaterial>
    ) async throws -> BegunImage? {
        for await material in withLayers { return try await begin(names, policy, material) }
        return nil
    }

    /// Judges an image under its names as far as that goes without findings; `nil` for one that is gone, or has a layer without
    /// a report, and for no name.
    func begin(
        _ names: [Asked],
        _ policy: CompiledPolicy,
        _ material: EvaluationMaterial
    ) async throws -> BegunImage? {
        guard let image = names.first?.image, let stored = material.images[image.number] else { return nil }
        let subject = PolicySubject(
            record: image.record,
            stored: stored,
            content: try await content(of: stored, material, withFiles: policy.readsFiles),
            documents: try await documents(of: image, stored)
        )
        return try await service.threads.run {
            let facts = subject.facts()
            let now = PolicyInstant(seconds: Int64(material.now))
            let names = names.map {
                BegunImage.Name(asked: $0, rules: policy.imageRules(facts, tag: $0.tag, now: now))
            }
            return BegunImage(image: image.number, subject: subject, facts: facts, names: names)
        }
    }

    /// Folds an image's layers; packages and files at the same time, as either is a good part of what one image takes.
    func content(
        of image: EvaluationMaterial.Image,
        _ material: EvaluationMaterial,
        withFiles: Bool
    ) async throws -> PolicySubject.Content {
        let layers = try await layers(of: image, material, withFiles: withFiles)
        async let files = withFiles ? service.threads.run { FilesFold.fold(layers) } : nil
        async let packages = service.threads.run { PolicySubject.Content.Packages(layers) }
        return PolicySubject.Content(
            packages: try await packages,
            size: layers.map(\.report.expandedBytes).saturatedSum,
            files: try await files
        )
    }

    /// The layers of an image, decoded each on its own where it is not at hand.
    private func layers(
        of image: EvaluationMaterial.Image,
        _ material: EvaluationMaterial,
        withFiles: Bool
    ) async throws -> [AnalysedLayer] {
        try await withThrowingTaskGroup(of: (Int, AnalysedLayer).self) { group in
            var layers = [AnalysedLayer?](repeating: nil, count: image.layers.count)
            for (position, key) in image.layers.enumerated() {
                switch material.layers[key] {
                case .decoded(let layer): layers[position] = layer
                case .stored(let stored):
                    group.addTask {
                        let key = EvaluationMemory.LayerKey(content: key, withFiles: withFiles)
                        return (position, try await service.threads.run { try memory.layers.layer(key, stored) })
                    }
                case nil: break
                }
            }
            for try await (position, layer) in group { layers[position] = layer }
            return layers.compactMap { $0 }
        }
    }

    /// An image whose registry is gone is judged by the rest.
    func documents(of image: ListedImage, _ stored: EvaluationMaterial.Image) async throws -> ImageDocuments? {
        if let documents = stored.documents { return documents }
        guard fetchesDocuments else { return nil }
        do { return try await routes.documents(of: image) } catch is AnchoreError { return nil }
    }
}
