import ScanModel

/// Goes through the paths of several layers at once, in the order of their bytes; a path of several layers comes once for
/// each, that of the highest first.
struct PathMerge {
    private var cursors: [PathTable.Cursor] = []
    /// The layers that have paths left, in the order in which they come.
    private var order: [Int] = []
    /// With how many bytes the paths of the first two of them begin alike.
    private var common = 0

    /// `layers` are given from the lowest to the highest.
    init(_ layers: [AnalysedLayer]) {
        cursors = layers.map(\.paths.cursor)
        for layer in cursors.indices.reversed() where cursors[layer].next() {
            order.insert(layer, at: 0)
            sink()
        }
    }

    /// The layer whose path comes next; `nil` behind the last.
    var layer: Int? { order.first }

    // Of the entry that comes next, which there must be.
    var path: [UInt8] { cursors[order[0]].path }
    var kind: PathKind { cursors[order[0]].kind }
    /// In the order of its layer's paths.
    var place: Int { cursors[order[0]].place }

    /// Leaves the entry that came.
    ///
    /// Where it differed from the next layer's path, one that begins like it further than that differs in the same way, and
    /// needs no comparison: paths of one layer come in runs.
    mutating func advance() {
        let first = order[0]
        guard cursors[first].next() else {
            order.removeFirst()
            // Not known of the two that are the first now.
            common = .max
            return
        }
        if cursors[first].shared <= common { sink() }
    }

    /// Puts the first layer where its path belongs: as a rule it stays.
    ///
    /// Else its place is searched for: an image may have a thousand layers whose paths alternate.
    private mutating func sink() {
        guard order.count > 1 else { return }
        defer { common = ByteOrder.commonPrefix(cursors[order[0]].path, cursors[order[1]].path) }
        guard precedes(order[1], order[0]) else { return }
        let layer = order.removeFirst()
        var low = 1
        var high = order.count
        while low < high {
            let middle = (low + high) / 2
            if precedes(order[middle], layer) { low = middle + 1 } else { high = middle }
        }
        order.insert(layer, at: low)
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let comparison = ByteOrder.compare(cursors[left].path, cursors[right].path)
        return comparison < 0 || comparison == 0 && left > right
    }
}
