/// What stands at a path of a layer.
package enum PathKind: UInt8, Sendable {
    case file = 0
    case directory = 1
    case symlink = 2
    case hardlink = 3
    case other = 4
}

/// All paths of a layer with their kinds, sorted and front-coded, to be asked one path at a time.
///
/// Each record is: length of the prefix shared with the path before (LEB128), length of the rest (LEB128), the rest, the
/// kind (one byte). Every sixteenth record shares nothing and is listed as a restart, so that a look-up is a binary
/// search over the restarts and at most sixteen records; nothing is ever expanded as a whole.
package struct PathTable: Sendable {
    private static let restartInterval = 16

    private var records: [UInt8]
    private var restarts: [Int]
    /// How many paths there are.
    package let count: Int

    /// Builds the table; of several entries for one path the last one counts, as when a tar archive is unpacked.
    package init(_ entries: [LayerPath: PathKind]) {
        let sorted = entries.sorted { $0.key < $1.key }
        records = []
        restarts = []
        count = sorted.count
        var previous: [UInt8] = []
        for (index, entry) in sorted.enumerated() {
            let path = entry.key.bytes
            var shared = 0
            if index % Self.restartInterval == 0 {
                restarts.append(records.count)
            } else {
                while shared < previous.count, shared < path.count, previous[shared] == path[shared] { shared += 1 }
            }
            LEB128.append(UInt64(shared), to: &records)
            LEB128.append(UInt64(path.count - shared), to: &records)
            records.append(contentsOf: path[shared...])
            records.append(entry.value.rawValue)
            previous = path
        }
    }

    /// The kind of the entry at `path`, or `nil` where the layer has none.
    package func kind(at path: LayerPath) -> PathKind? { entry(at: path)?.kind }

    /// The kind of the entry at `path` and its place in the order of all paths; `nil` where the layer has none.
    package func entry(at path: LayerPath) -> (kind: PathKind, place: Int)? {
        let wanted = path.bytes
        var low = 0
        var high = restarts.count
        while low < high {
            let middle = (low + high) / 2
            guard let first = record(at: restarts[middle], previous: []) else { return nil }
            if wanted.lexicographicallyPrecedes(first.path) { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return nil }
        var offset = restarts[low - 1]
        var previous: [UInt8] = []
        for index in 0..<Self.restartInterval {
            guard let found = record(at: offset, previous: previous) else { return nil }
            if found.path == wanted { return (found.kind, (low - 1) * Self.restartInterval + index) }
            if wanted.lexicographicallyPrecedes(found.path) { return nil }
            previous = found.path
            offset = found.next
        }
        return nil
    }

    /// Calls `body` with every path in order.
    package func forEach(_ body: (LayerPath, PathKind) -> Void) {
        var offset = 0
        var previous: [UInt8] = []
        while let found = record(at: offset, previous: previous) {
            body(LayerPath(clean: found.path), found.kind)
            previous = found.path
            offset = found.next
        }
    }

    private func record(at start: Int, previous: [UInt8]) -> (path: [UInt8], kind: PathKind, next: Int)? {
        var offset = start
        guard let shared = LEB128.readCount(records, &offset), let length = LEB128.readCount(records, &offset),
            shared <= previous.count, length <= records.count - offset, offset + length < records.count,
            let kind = PathKind(rawValue: records[offset + length])
        else { return nil }
        let path = Array(previous[..<shared]) + records[offset..<offset + length]
        return (path, kind, offset + length + 1)
    }
}

extension PathTable {
    /// The records as bytes, to be stored; `init(serialized:)` reads them back.
    package var serialized: [UInt8] { records }

    /// Reads what ``serialized`` wrote; `nil` where the bytes are damaged.
    package init?(serialized: [UInt8]) {
        records = serialized
        restarts = []
        var index = 0
        var offset = 0
        while offset < serialized.count {
            if index % Self.restartInterval == 0 { restarts.append(offset) }
            guard LEB128.readCount(serialized, &offset) != nil, let length = LEB128.readCount(serialized, &offset),
                length < serialized.count - offset
            else { return nil }
            offset += length + 1
            index += 1
        }
        count = index
    }
}
