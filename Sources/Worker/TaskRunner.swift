import DedicatedThread
import FleetRegistry
import ImageInventory
import LayerScan
import Registry
import ScanModel
import Store
import Telemetry

/// Carries out one claimed task: the analysis of a layer, or the fold of an image.
struct TaskRunner: Sendable {
    let store: Store
    let access: RegistryAccess
    let scanner: LayerScanner
    let threads: ThreadPool
    /// What the analyzers have cost since the last look.
    let costs: AnalyzerCosts

    func run(_ claim: Claim) async throws {
        let labels = [("kind", claim.kind.rawValue)]
        switch claim.kind {
        case .layer:
            let layer = try await analyse(claim)
            try await Measure.time(MetricNames.mergeSeconds, labels) { try await store.merge(layer, of: claim) }
            Measure.count(MetricNames.layers, [("outcome", "analysed")])
        case .inventory:
            let layers = try await store.analysedLayers(manifest: claim.subject)
            let inventory = try await threads.run { InventoryFold.fold(layers) }
            try await Measure.time(MetricNames.mergeSeconds, labels) { try await store.merge(inventory, of: claim) }
        }
    }

    /// Streams the blob into the scanner: the download awaits while the thread is behind, the thread waits while the
    /// network is.
    private func analyse(_ claim: Claim) async throws -> StoredLayer {
        defer { countCosts() }
        let source = try await store.layerSource(claim.subject)
        let client = try await access.client()
        let queue = ChunkQueue()
        return try await withThrowingTaskGroup(of: StoredLayer?.self) { group in
            group.addTask {
                do {
                    try await client.streamBlob(
                        registry: source.registry,
                        repository: source.repository,
                        digest: source.digest,
                        size: source.size,
                        onChunk: { chunk in
                            Measure.count(MetricNames.layerBytes, [("outcome", "fetched")], by: chunk.count)
                            try await queue.send(chunk)
                        }
                    )
                    queue.finish()
                } catch {
                    // The scanner meets this error where the bytes end, and throws it on.
                    queue.finish(throwing: error)
                }
                return nil
            }
            group.addTask {
                defer { queue.close() }
                return try await threads.run {
                    try StoredLayer(try scanner.scan(queue, expected: source.digest))
                }
            }
            var result: StoredLayer?
            while let part = try await group.next() { result = part ?? result }
            guard let result else { throw LayerScanError(.cancelled, "the analysis ended without a result") }
            return result
        }
    }

    /// Hands on what the analyzers have cost, this task's and what others have done of theirs.
    private func countCosts() {
        for (name, cost) in costs.take() {
            Measure.add(MetricNames.analyzerSeconds, [("analyzer", name)], seconds: cost.seconds)
            Measure.count(MetricNames.analyzerFiles, [("analyzer", name)], by: cost.files)
        }
    }
}
