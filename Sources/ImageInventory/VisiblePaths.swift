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
        var displaced = Displacement()
        while let layer = merge.layer {
            while let next = deletions.first, ByteOrder.compare(next.path, merge.path) < 0 {
                displaced.move(to: next.path, by: next.layer, &shadow)
                shadow.cover(by: next.layer)
                deletions.removeFirst()
            }
            displaced.move(to: merge.path, by: layer, &shadow)
            let kind = merge.kind
            var cover = kind == .directory ? -1 : layer
            var hiding = shadow.layer
            if let deletion = deletions.first, deletion.path == shadow.path {
                displaced.move(to: deletion.path, by: deletion.layer, &shadow)
                hiding = max(hiding, kind == .directory ? deletion.whiteout : deletion.layer)
                cover = max(cover, deletion.layer)
                deletions.removeFirst()
            }
            if hiding <= layer {
                if kind != .directory { displaced.add(entries.count, of: layer, shadow) }
                paths.append(shadow.path)
                kinds.append(kind)
                entries.append(LayerEntry(layer: layer, place: merge.place))
            }
            merge.advance()
            // What it replaces hides nevertheless what was below a directory in its place. A layer has each path once.
            while let lower = merge.layer, lower != layer, merge.path == shadow.path {
                if merge.kind != .directory { cover = max(cover, lower) }
                merge.advance()
            }
            if cover > 0 { shadow.cover(by: cover) }
        }
        for deletion in deletions { displaced.move(to: deletion.path, by: deletion.layer, &shadow) }
        leaveOut(displaced.places)
    }

    private mutating func leaveOut(_ places: Set<Int>) {
        guard !places.isEmpty else { return }
        let all = self
        self = VisiblePaths([])
        for place in all.entries.indices where !places.contains(place) {
            paths.append(all.paths[place].bytes)
            kinds.append(all.kinds[place])
            entries.append(all.entries[place])
        }
    }
}

/// What is no directory and gives way to one, as a higher layer has something below its path.
private struct Displacement {
    private struct Standing {
        /// Bytes of its path.
        let length: Int
        let place: Int
        let layer: Int
    }

    /// What stands where the present path begins, shortest first.
    private var standing: [Standing] = []
    /// What of it the present path is below, but for what has given way: as many as the path has parts, where names that
    /// are the beginning of the next may be as many as it has bytes.
    private var above: [Standing] = []
    /// The places of what gives way.
    private(set) var places: Set<Int> = []

    /// Moves on to a path that `layer` has, or deletes: a directory is made for it where there is none.
    mutating func move(to path: [UInt8], by layer: Int, _ shadow: inout PathShadow) {
        let common = shadow.move(to: path)
        while let last = standing.last, last.length > common { standing.removeLast() }
        while let last = above.last, last.length >= common { above.removeLast() }
        if let last = standing.last, last.length == common, common < path.count, path[common] == UInt8(ascii: "/") {
            above.append(last)
        }
        guard !above.isEmpty else { return }
        above.removeAll { item in
            guard item.layer < layer else { return false }
            places.insert(item.place)
            return true
        }
    }

    /// Notes what stands at the present path.
    mutating func add(_ place: Int, of layer: Int, _ shadow: PathShadow) {
        standing.append(Standing(length: shadow.path.count, place: place, layer: layer))
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
