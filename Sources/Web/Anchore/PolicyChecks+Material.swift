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
        let content: PolicySubject.Content?
    }

    /// Loads images; one that is loaded alone somebody waits for, so it is folded while its findings are still being read.
    func load(
        _ images: [Int],
        _ question: EvaluationQuestion,
        withFiles: Bool,
        forKeeping: Bool
    ) async throws -> Loaded {
        let (withLayers, reading) = AsyncStream.makeStream(of: EvaluationMaterial.self)
        async let content = content(of: images.count == 1 ? images.first : nil, withLayers, withFiles: withFiles)
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
        return Loaded(material: material, findings: findings, content: try await content)
    }

    private func content(
        of image: Int?,
        _ withLayers: AsyncStream<EvaluationMaterial>,
        withFiles: Bool
    ) async throws -> PolicySubject.Content? {
        for await material in withLayers {
            guard let image, let stored = material.images[image] else { return nil }
            return try await content(of: stored, material, withFiles: withFiles)
        }
        return nil
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
