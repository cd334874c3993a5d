import DedicatedThread
import LayerScan
import Registry
import ScanModel

/// Analyses the layers of an image, a few at a time, each distinct layer once.
struct LayerAnalysis: Sendable {
    /// Layers analysed at the same time.
    static let concurrency = 2

    let scanner: LayerScanner
    let pool: ThreadPool
    let progress: @Sendable (LoadProgress) -> Void

    /// A layer that can be analysed: what it is known by, and how that is done.
    struct Task: Sendable {
        let digest: Digest
        let run: @Sendable (LayerAnalysis) async throws -> AnalysedLayer
    }

    /// The analyses in the order of `tasks`; the first failure ends all.
    func analyse(_ tasks: [Task]) async throws -> [AnalysedLayer] {
        var distinct: [Task] = []
        var seen: Set<Digest> = []
        for task in tasks where seen.insert(task.digest).inserted { distinct.append(task) }
        let total = distinct.count
        let found = try await withThrowingTaskGroup(of: (Digest, AnalysedLayer).self) { group in
            var found: [Digest: AnalysedLayer] = [:]
            progress(LoadProgress(layersDone: 0, layers: total))
            var waiting = distinct.makeIterator()
            for _ in 0..<Self.concurrency {
                guard let task = waiting.next() else { break }
                group.addTask { (task.digest, try await task.run(self)) }
            }
            while let (digest, layer) = try await group.next() {
                found[digest] = layer
                progress(LoadProgress(layersDone: found.count, layers: total))
                guard let task = waiting.next() else { continue }
                group.addTask { (task.digest, try await task.run(self)) }
            }
            return found
        }
        return tasks.compactMap { found[$0.digest] }
    }

    /// A layer in a local file; `expected` is the digest of its bytes, `diffID` that of its tar where that is all there is.
    static func local(_ place: BlobPlace, digest: Digest, isDiffID: Bool) -> Task {
        Task(digest: digest) { analysis in
            let scanner = analysis.scanner
            return try await analysis.pool.run {
                let layer = try scanner.scan(again: { try place.producer() }, expected: isDiffID ? nil : digest)
                if isDiffID, let actual = layer.report.diffID, actual != digest {
                    throw ImageSourceError(.digestMismatch, "\(place.path): a layer's tar has not the digest \(digest)")
                }
                return layer
            }
        }
    }

    /// A layer in a registry, analysed while it arrives.
    static func remote(_ descriptor: Descriptor, of reference: ImageReference, from client: RegistryClient) -> Task {
        Task(digest: descriptor.digest) { analysis in
            let first = try await pass(descriptor, of: reference, from: client, analysis, LinkedNames())
            if first.missed.isEmpty { return first.layer }
            return try await pass(descriptor, of: reference, from: client, analysis, first.missed).layer
        }
    }

    private static func pass(
        _ descriptor: Descriptor,
        of reference: ImageReference,
        from client: RegistryClient,
        _ analysis: LayerAnalysis,
        _ linked: LinkedNames
    ) async throws -> (layer: AnalysedLayer, missed: LinkedNames) {
        let queue = ChunkQueue()
        let scanner = analysis.scanner
        let pool = analysis.pool
        async let found = Self.scan(queue, descriptor.digest, scanner, linked, pool)
        do {
            try await client.streamBlob(
                registry: reference.registry,
                repository: reference.repository,
                digest: descriptor.digest,
                size: descriptor.size
            ) { try await queue.send($0) }
            queue.finish()
        } catch {
            // The analysis ends with this error, or with the one that made it stop listening.
            queue.finish(throwing: error)
        }
        return try await found
    }

    /// Closes the queue however the analysis ends, also where its turn never came, so that no sender waits for ever.
    private static func scan(
        _ queue: ChunkQueue,
        _ digest: Digest,
        _ scanner: LayerScanner,
        _ linked: LinkedNames,
        _ pool: ThreadPool
    ) async throws -> (layer: AnalysedLayer, missed: LinkedNames) {
        defer { queue.close() }
        return try await pool.run { try scanner.pass(queue, expected: digest, linked: linked) }
    }

    /// A layer whose bytes are not read, and why: the image has a gap there.
    static func unread(_ digest: Digest, reason: String) -> Task {
        Task(digest: digest) { _ in
            AnalysedLayer(
                report: LayerReport(
                    evidence: [],
                    whiteouts: [],
                    opaqueDirectories: [],
                    gaps: [CoverageGap(path: "", reason: reason)],
                    diffID: nil,
                    entries: 0,
                    expandedBytes: 0
                ),
                paths: PathTable([:])
            )
        }
    }
}

/// How far the loading of an image has come.
package struct LoadProgress: Sendable, Hashable {
    package let layersDone: Int
    package let layers: Int
}
