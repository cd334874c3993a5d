package import ScanModel

/// A path that an image's file system shows.
package struct VisiblePath: Sendable {
    package let path: LayerPath
    package let kind: PathKind
    /// The layer that brought what stands there, 0 for the lowest, and the entry's place among the paths of that layer.
    package let layer: Int
    package let place: Int
}

/// The paths that an image's file system shows.
package enum VisiblePaths {
    /// The paths of layers given from the lowest to the highest, each once, in order, with what stands there.
    ///
    /// As the fold of evidence has it (``InventoryFold``): what a higher layer replaces, whites out or hides is left out.
    package static func list(_ layers: [AnalysedLayer]) -> [VisiblePath] {
        var shown: [VisiblePath] = []
        // What the layers above have done: entries that replace, what is deleted with all below it, and directories of
        // which nothing below shows though they stay themselves.
        var replaced: [LayerPath: PathKind] = [:]
        var deleted: Set<LayerPath> = []
        var opaque: Set<LayerPath> = []
        for (position, layer) in layers.enumerated().reversed() {
            var hidden: [LayerPath: Bool] = [:]
            // Paths come in order, so that most stand in the directory of the one before.
            var last: (directory: ArraySlice<UInt8>, hides: Bool)?
            var next = 0
            layer.paths.forEach { path, kind in
                let place = next
                next += 1
                guard replaced[path] == nil, !deleted.contains(path), kind == .directory || !opaque.contains(path)
                else { return }
                if !path.bytes.isEmpty {
                    let directory = path.bytes[..<(path.bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)]
                    if last?.directory != directory {
                        let parent = LayerPath(clean: Array(directory))
                        last = (directory, isHidden(parent, replaced, deleted, opaque, &hidden))
                    }
                    guard last?.hides == false else { return }
                }
                shown.append(VisiblePath(path: path, kind: kind, layer: position, place: place))
            }
            // Nothing is below the lowest, which is the largest as a rule.
            guard position > 0 else { break }
            layer.paths.forEach { path, kind in if replaced[path] == nil { replaced[path] = kind } }
            deleted.formUnion(layer.report.whiteouts)
            opaque.formUnion(layer.report.opaqueDirectories)
        }
        return shown.sorted { $0.path < $1.path }
    }

    /// Whether nothing below a directory shows; each directory of a layer is looked at once.
    private static func isHidden(
        _ directory: LayerPath,
        _ replaced: [LayerPath: PathKind],
        _ deleted: Set<LayerPath>,
        _ opaque: Set<LayerPath>,
        _ known: inout [LayerPath: Bool]
    ) -> Bool {
        var climbed: [LayerPath] = []
        var isHidden = false
        var next: LayerPath? = directory
        while let path = next {
            if let found = known[path] {
                isHidden = found
                break
            }
            climbed.append(path)
            isHidden =
                deleted.contains(path) || opaque.contains(path) || replaced[path].map { $0 != .directory } == true
            next = isHidden ? nil : path.parent
        }
        for path in climbed { known[path] = isHidden }
        return isHidden
    }
}
