/// An entry of one of an image's layers.
package struct LayerEntry: Hashable, Sendable {
    /// 0 for the lowest.
    package var layer: Int
    /// In the order of the layer's ``PathTable``.
    package var place: Int

    package init(layer: Int, place: Int) {
        self.layer = layer
        self.place = place
    }
}

/// The files of an image's merged file system, sorted by path, each path once.
///
/// There are tens of thousands, of which few are looked at: what was collected of them stays in the tables of their layers,
/// and a file is put together when it is asked for.
package struct ImageFileTable: Sendable {
    package let paths: PathColumn
    private let kinds: [PathKind]
    /// Where the contents stand.
    private let contents: [LayerEntry]
    private let layers: [LayerFacts?]
    /// What hard links to files of lower layers point to, by their places: their contents have names of their own.
    private let linkTargets: [Int: [UInt8]]

    /// A table of paths in order; `kinds` and `contents` are those of the same places.
    package init(
        paths: PathColumn,
        kinds: [PathKind],
        contents: [LayerEntry],
        layers: [LayerFacts?],
        linkTargets: [Int: [UInt8]]
    ) {
        precondition(kinds.count == paths.count && contents.count == paths.count, "columns of one table")
        self.paths = paths
        self.kinds = kinds
        self.contents = contents
        self.layers = layers
        self.linkTargets = linkTargets
    }

    /// The permission bits of the file at `place`, as ``FileAttributes/mode``; 0 where they were not collected.
    package func mode(at place: Int) -> UInt16 {
        let entry = contents[place]
        guard let table = layers[entry.layer]?.attributes, table.indices.contains(entry.place) else { return 0 }
        return table.mode(at: entry.place)
    }

    /// What stands at a path; `nil` where nothing does.
    package func kind(at path: LayerPath) -> PathKind? {
        paths.firstPlace(of: [UInt8(ascii: "/")] + path.bytes).map { kinds[$0] }
    }
}

extension ImageFileTable: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { paths.count }

    package subscript(place: Int) -> ImageFile {
        let entry = contents[place]
        let facts = layers[entry.layer]
        var attributes: FileAttributes?
        if let table = facts?.attributes, table.indices.contains(entry.place) { attributes = table[entry.place] }
        if let target = linkTargets[place] { attributes?.linkTarget = target }
        return ImageFile(
            path: paths[place],
            kind: kinds[place],
            attributes: attributes,
            digests: facts?.digests[entry.place]
        )
    }
}
