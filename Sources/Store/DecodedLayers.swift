package import ScanModel

/// The layers that were decoded last: images share most of theirs, and decoding is the larger part of a fold.
///
/// `Key` names what is stored.
package struct DecodedLayers<Key: Hashable & Sendable>: Sendable {
    private let recent: RecentValues<Key, AnalysedLayer>

    /// `maxBytes` bounds the stored bytes of either generation; decoded they take some twenty times as much.
    package init(maxBytes: Int) { recent = RecentValues(maxWeight: maxBytes) }

    /// The layer of this name, where it is at hand.
    package func known(_ key: Key) -> AnalysedLayer? { recent.known(key) }

    /// The layer that was stored so; CPU work that belongs on a thread for it.
    package func layer(_ key: Key, _ stored: StoredAnalysis) throws -> AnalysedLayer {
        if let known = known(key) { return known }
        let layer = try stored.decoded()
        recent.keep(layer, for: key, weight: stored.byteCount)
        return layer
    }
}
