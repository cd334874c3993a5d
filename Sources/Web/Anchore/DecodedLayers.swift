import ScanModel
import Store
import Synchronization

/// Analyses of layers that several images of a batch are built on, decoded once; those used last are kept.
final class DecodedLayers: Sendable {
    private struct Key: Hashable {
        let content: LayerContentKey
        let withFiles: Bool
    }

    private struct Kept {
        var layers: [Key: (layer: AnalysedLayer, bytes: Int, use: Int)] = [:]
        var bytes = 0
        var uses = 0
    }

    /// Bytes as they are stored; decoded they take several times as much.
    private let maxBytes: Int
    private let kept = Mutex(Kept())

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    func known(_ content: LayerContentKey, withFiles: Bool) -> AnalysedLayer? {
        kept.withLock { kept in
            let key = Key(content: content, withFiles: withFiles)
            guard let found = kept.layers[key] else { return nil }
            kept.uses += 1
            kept.layers[key]?.use = kept.uses
            return found.layer
        }
    }

    /// Decodes a layer, or finds that another thread did.
    func decode(_ content: LayerContentKey, _ stored: StoredAnalysis, withFiles: Bool) throws -> AnalysedLayer {
        if let known = known(content, withFiles: withFiles) { return known }
        let layer = try stored.decoded()
        let key = Key(content: content, withFiles: withFiles)
        kept.withLock { kept in
            guard kept.layers[key] == nil else { return }
            kept.uses += 1
            kept.layers[key] = (layer, stored.byteCount, kept.uses)
            kept.bytes += stored.byteCount
            if kept.bytes > maxBytes { Self.forget(&kept, downTo: maxBytes / 2) }
        }
        return layer
    }

    /// Half at a time, so that the order is looked at seldom.
    private static func forget(_ kept: inout Kept, downTo limit: Int) {
        for (key, entry) in kept.layers.sorted(by: { $0.value.use < $1.value.use }) {
            guard kept.bytes > limit else { return }
            kept.layers[key] = nil
            kept.bytes -= entry.bytes
        }
    }
}
