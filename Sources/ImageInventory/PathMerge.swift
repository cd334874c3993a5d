import ScanModel

/// Goes through the paths of several layers at once, in the order of their bytes; a path of several layers comes once for
/// each, that of the highest first.
struct PathMerge {
    private var cursors: [PathTable.Cursor] = []
    /// The layers that have paths left, in the order in which they come.
    private var order: [Int] = []

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
    mutating func advance() {
        if cursors[order[0]].next() { sink() } else { order.removeFirst() }
    }

    /// Puts the first layer where its path belongs: as a rule it stays, for paths of one layer come in runs.
    ///
    /// Else its place is searched for: an image may have a thousand layers whose paths alternate.
    private mutating func sink() {
        guard order.count > 1, precedes(order[1], order[0]) else { return }
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
