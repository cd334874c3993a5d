import DedicatedThread
import FleetRegistry
import ImageInventory
import LayerScan
import Registry
import ScanModel
import Store

/// Carries out one claimed task: the analysis of a layer, or the fold of an image.
struct TaskRunner: Sendable {
    let store: Store
    let access: RegistryAccess
    let scanner: LayerScanner
    let threads: ThreadPool

    func run(_ claim: Claim) async throws {
        switch claim.kind {
        case .layer: try await store.merge(try await analyse(claim), of: claim)
        case .inventory:
            let layers = try await store.analysedLayers(manifest: claim.subject)
            let inventory = try await threads.run { InventoryFold.fold(layers) }
            try await store.merge(inventory, of: claim)
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
    private func analyse(_ claim: Claim) async throws -> StoredLayer {
        let source = try await store.layerSource(claim.subject)
        var places = [LayerPlace(registry: source.registry, repository: source.repository)]
        if claim.attempt > 1 {
            places += try await store.otherPlaces(of: source, limit: Self.maxPlaces - 1)
            let first = (claim.attempt - 1) % places.count
            places = Array(places[first...] + places[..<first])
        }
        var failure: (any Error)?
        var next = 0
        while next < places.count {
            do {
                return try await fetch(source, from: places[next])
            } catch let error where Self.isOfPlace(error) {
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

    /// Streams the blob into the scanner: the download awaits while the thread is behind, the thread waits while the
    /// network is.
    private func fetch(_ source: LayerSource, from place: LayerPlace) async throws -> StoredLayer {
        let client = try await access.client()
        let queue = ChunkQueue()
        return try await withThrowingTaskGroup(of: StoredLayer?.self) { group in
            group.addTask {
                do {
                    try await client.streamBlob(
                        registry: place.registry,
                        repository: place.repository,
                        digest: source.digest,
                        size: source.size,
                        isSizeBinding: false,
                        patience: Self.patience,
                        onChunk: { try await queue.send($0) }
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
}
