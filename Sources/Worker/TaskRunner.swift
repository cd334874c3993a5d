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
    let window: SlotWindow
    let decoded: DecodedLayers<StoredAnalysis>
    /// What the analyzers, the folds and the encoding have cost.
    let costs: AnalyzerCosts

    /// `threads` does what takes CPU.
    func run(_ claim: Claim, _ scanner: LayerScanner, on threads: ThreadPool) async throws {
        defer { countCosts() }
        let labels = [("kind", claim.kind.rawValue)]
        switch claim.kind {
        case .layer:
            let layer = try await analyse(claim, scanner, on: threads)
            try await Measure.time(MetricNames.mergeSeconds, labels) { try await store.merge(layer, of: claim) }
            Measure.count(MetricNames.layers, [("outcome", "analysed")])
        case .inventory:
            let stored = try await store.storedLayers(manifest: claim.subject)
            let inventory = try await threads.run { [costs, decoded] in
                try costs.measure("inventory") { InventoryFold.fold(try stored.map { try decoded.layer($0, $0) }) }
            }
            try await Measure.time(MetricNames.mergeSeconds, labels) { try await store.merge(inventory, of: claim) }
        }
    }

    /// How long a layer's first request may wait for its turn at the registry before others go first.
    private static let patience = Duration.seconds(2)
    /// Places that one attempt tries.
    private static let maxPlaces = 4

    /// Analyses a layer, from another repository that holds it where the first does not give it.
    ///
    /// A layer is one in the whole fleet, so what one repository does with it must not decide for all. Later attempts begin
    /// at another place, for one that is slow to fail.
    private func analyse(_ claim: Claim, _ scanner: LayerScanner, on threads: ThreadPool) async throws -> StoredLayer {
        let source = try await store.layerSource(claim.subject)
        var places = [LayerPlace(registry: source.registry, repository: source.repository)]
        if claim.attempt > 1 {
            places += try await store.otherPlaces(of: source, limit: Self.maxPlaces - 1)
            let first = (claim.attempt - 1) % places.count
            places = Array(places[first...] + places[..<first])
        }
        var failure: (any Error)?
        var next = 0
        var client = try await access.client()
        var hasLookedAgain = false
        while next < places.count {
            do {
                let place = places[next]
                let first = try await fetch(source, from: place, by: client, scanner, LinkedNames(), on: threads)
                guard !first.missed.isEmpty else { return first.layer }
                return try await fetch(source, from: place, by: client, scanner, first.missed, on: threads).layer
            } catch let error where Self.isOfPlace(error) {
                // Credentials that were added with the image may be younger than what is known of them here.
                if Self.isRefusal(error), !hasLookedAgain {
                    hasLookedAgain = true
                    let fresh = try await access.freshClient()
                    if fresh !== client {
                        client = fresh
                        continue
                    }
                }
                // What the first place said explains most.
                failure = failure ?? error
                if next == 0, places.count == 1 {
                    places += try await store.otherPlaces(of: source, limit: Self.maxPlaces - 1)
                }
                next += 1
            }
        }
        throw failure ?? LayerScanError(.cancelled, "the layer has no place")
    }

    /// Whether another repository may give what this one did not.
    private static func isOfPlace(_ error: any Error) -> Bool {
        switch error {
        case let error as RegistryError: !error.isTransient && error.code != .cancelled
        case let error as LayerScanError: error.code == .digestMismatch
        default: false
        }
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        let code = (error as? RegistryError)?.code
        return code == .unauthorized || code == .forbidden
    }

    /// Streams the blob into the scanner: the download awaits while the thread is behind, the thread waits while the
    /// network is, but for the first bytes, which take longest.
    private func fetch(
        _ source: LayerSource,
        from place: LayerPlace,
        by client: RegistryClient,
        _ scanner: LayerScanner,
        _ linked: LinkedNames,
        on threads: ThreadPool
    ) async throws -> (layer: StoredLayer, missed: LinkedNames) {
        let queue = ChunkQueue()
        let asked = ContinuousClock.now
        return try await withThrowingTaskGroup(of: (layer: StoredLayer, missed: LinkedNames)?.self) { group in
            group.addTask {
                do {
                    try await client.streamBlob(
                        registry: place.registry,
                        repository: place.repository,
                        digest: source.digest,
                        size: source.size,
                        isSizeBinding: false,
                        patience: Self.patience,
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
                await queue.firstChunk()
                let arrived = ContinuousClock.now
                return try await threads.run { [costs] in
                    window.note(network: arrived - asked, thread: .now - arrived)
                    let pass = try scanner.pass(queue, expected: source.digest, linked: linked)
                    return (try costs.measure("merge") { try StoredLayer(pass.layer) }, pass.missed)
                }
            }
            var result: (layer: StoredLayer, missed: LinkedNames)?
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
