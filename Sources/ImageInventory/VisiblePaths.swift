package import ScanModel

/// The paths that an image's file system shows, in order, each with what stands there.
package struct VisiblePaths: Sendable {
    package private(set) var paths = PathColumn()
    package private(set) var kinds: [PathKind] = []
    /// Those that brought what stands there.
    package private(set) var entries: [LayerEntry] = []

    /// The paths of layers given from the lowest to the highest.
    ///
    /// As the fold of evidence has it (``InventoryFold``): what a higher layer replaces, whites out or hides is left out.
    package init(_ layers: [AnalysedLayer]) {
        var merge = PathMerge(layers)
        var deletions = Deletion.all(layers)[...]
        var shadow = PathShadow()
        while let layer = merge.layer {
            while let next = deletions.first, ByteOrder.compare(next.path, merge.path) < 0 {
                shadow.move(to: next.path)
                shadow.cover(by: next.layer)
                deletions.removeFirst()
            }
            shadow.move(to: merge.path)
            let kind = merge.kind
            var cover = kind == .directory ? -1 : layer
            var hiding = shadow.layer
            if let deletion = deletions.first, deletion.path == shadow.path {
                hiding = max(hiding, kind == .directory ? deletion.whiteout : deletion.layer)
                cover = max(cover, deletion.layer)
                deletions.removeFirst()
            }
            if hiding <= layer {
                paths.append(shadow.path)
                kinds.append(kind)
                entries.append(LayerEntry(layer: layer, place: merge.place))
            }
            merge.advance()
            // What it replaces hides nevertheless what was below a directory in its place.
            while let lower = merge.layer, merge.path == shadow.path {
                if merge.kind != .directory { cover = max(cover, lower) }
                merge.advance()
            }
            if cover > 0 { shadow.cover(by: cover) }
        }
    }
}

/// A path that layers delete: what is below it, and with a whiteout itself.
private struct Deletion {
    let path: [UInt8]
    /// The highest layer with a whiteout of it, and with an opaque directory there; -1 for none.
    var whiteout = -1
    var opaque = -1

    var layer: Int { max(whiteout, opaque) }

    /// Those of all layers, sorted by path.
    static func all(_ layers: [AnalysedLayer]) -> [Deletion] {
        var found: [LayerPath: Deletion] = [:]
        for (position, layer) in layers.enumerated() {
            for path in layer.report.whiteouts { found[path, default: Deletion(path: path.bytes)].whiteout = position }
            for path in layer.report.opaqueDirectories {
                found[path, default: Deletion(path: path.bytes)].opaque = position
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}
