import ScanModel
import Store
import Synchronization

/// The layers that were decoded last: images share most of theirs, and decoding is the larger part of a fold.
///
/// Kept by the stored bytes themselves, so that nothing can be out of date. Two generations: what is found in the old one
/// moves to the young one; when that is full, the old one goes.
final class DecodedLayers: Sendable {
    private struct Generations {
        var young: [StoredAnalysis: AnalysedLayer] = [:]
        var old: [StoredAnalysis: AnalysedLayer] = [:]
        var bytes = 0

        mutating func keep(_ layer: AnalysedLayer, for stored: StoredAnalysis, maxBytes: Int) {
            guard stored.byteCount <= maxBytes else { return }
            if bytes + stored.byteCount > maxBytes {
                old = young
                young = [:]
                bytes = 0
            }
            if young.updateValue(layer, forKey: stored) == nil { bytes += stored.byteCount }
        }
    }

    private let generations = Mutex(Generations())
    private let maxBytes: Int

    /// `maxBytes` bounds the stored bytes of either generation; decoded they take some twenty times as much.
    init(maxBytes: Int = 512 * 1024) { self.maxBytes = maxBytes }

    /// The layer that was stored so; CPU work that belongs on a worker's thread.
    func layer(_ stored: StoredAnalysis) throws -> AnalysedLayer {
        let known = generations.withLock { generations -> AnalysedLayer? in
            if let layer = generations.young[stored] { return layer }
            guard let layer = generations.old[stored] else { return nil }
            generations.keep(layer, for: stored, maxBytes: maxBytes)
            return layer
        }
        if let known { return known }
        let layer = try stored.decoded()
        generations.withLock { $0.keep(layer, for: stored, maxBytes: maxBytes) }
        return layer
    }
}
