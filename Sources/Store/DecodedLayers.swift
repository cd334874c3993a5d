package import ScanModel
import Synchronization

/// The layers that were decoded last: images share most of theirs, and decoding is the larger part of a fold.
///
/// `Key` names what is stored, so that nothing can be out of date. Two generations: what is found in the old one moves to the
/// young one; when that is full, the old one goes.
package final class DecodedLayers<Key: Hashable & Sendable>: Sendable {
    private struct Entry {
        let layer: AnalysedLayer
        /// As it is stored.
        let bytes: Int
    }

    private struct Generations {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var bytes = 0

        mutating func keep(_ entry: Entry, for key: Key, maxBytes: Int) {
            guard entry.bytes <= maxBytes else { return }
            if bytes + entry.bytes > maxBytes {
                old = young
                young = [:]
                bytes = 0
            }
            if young.updateValue(entry, forKey: key) == nil { bytes += entry.bytes }
        }
    }

    private let generations = Mutex(Generations())
    private let maxBytes: Int

    /// `maxBytes` bounds the stored bytes of either generation; decoded they take some twenty times as much.
    package init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// The layer of this name, where it is at hand.
    package func known(_ key: Key) -> AnalysedLayer? {
        generations.withLock { generations in
            if let entry = generations.young[key] { return entry.layer }
            guard let entry = generations.old[key] else { return nil }
            generations.keep(entry, for: key, maxBytes: maxBytes)
            return entry.layer
        }
    }

    /// The layer that was stored so; CPU work that belongs on a thread for it.
    package func layer(_ key: Key, _ stored: StoredAnalysis) throws -> AnalysedLayer {
        if let known = known(key) { return known }
        let layer = try stored.decoded()
        generations.withLock {
            $0.keep(Entry(layer: layer, bytes: stored.byteCount), for: key, maxBytes: maxBytes)
        }
        return layer
    }
}
