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
        // Compared where they lie, within ranges that `record(at:)` has checked: a fold asks for each hard link.
        records.withUnsafeBytes { bytes in
            path.bytes.withUnsafeBytes { wanted in
                guard let next = restartBehind(wanted, bytes), next > 0 else { return nil }
                return entry(at: wanted, bytes, restart: next - 1)
            }
        }
    }

    /// Whether there are entries below `path`, which need not have one itself.
    ///
    /// Names are compared where they lie in the table, by pointers that are not kept; what lies outside of it, as in a
    /// damaged one, no record has.
    package func hasEntries(below path: LayerPath) -> Bool {
        guard count > 0, path != .root else { return count > 0 }
        let start = path.bytes + [UInt8(ascii: "/")]
        return records.withUnsafeBytes { bytes in
            start.withUnsafeBytes { wanted in
                guard let next = restartBehind(wanted, bytes) else { return false }
                if next > 0, let found = hasEntry(startingWith: wanted, bytes, restart: next - 1) { return found }
                guard next < restarts.count, let first = record(at: restarts[next]) else { return false }
                return bytes[first.rest].starts(with: wanted)
            }
        }
    }

    /// The first restart whose path comes behind `wanted`; `nil` where the table is damaged.
    private func restartBehind(_ wanted: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer) -> Int? {
        var low = 0
        var high = restarts.count
        while low < high {
            let middle = (low + high) / 2
            guard let first = record(at: restarts[middle]), first.shared == 0 else { return nil }
            let comparison = ByteOrder.compare(wanted, UnsafeRawBufferPointer(rebasing: bytes[first.rest]))
            if comparison < 0 { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether a record of one restart, which begins in front of `wanted`, starts with it; `nil` where all come before it.
    private func hasEntry(
        startingWith wanted: UnsafeRawBufferPointer,
        _ bytes: UnsafeRawBufferPointer,
        restart: Int
    ) -> Bool? {
        var offset = restarts[restart]
        // What the wanted text has in common with the record before, which comes before it.
        var matched = 0
        for _ in 0..<Self.restartInterval {
            guard let record = record(at: offset) else { return nil }
            guard record.shared >= matched else { return false }
            offset = record.rest.upperBound + 1
            guard record.shared == matched else { continue }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[record.rest])
            let left = UnsafeRawBufferPointer(rebasing: wanted[matched...])
            let common = ByteOrder.commonPrefix(rest, left)
            if common == left.count { return true }
            if common < rest.count, left[common] < rest[common] { return false }
            matched += common
        }
        return nil
    }

    /// Looks for a path among the records of one restart, which begin at or in front of it.
    private func entry(
        at wanted: UnsafeRawBufferPointer,
        _ bytes: UnsafeRawBufferPointer,
        restart: Int
    ) -> (kind: PathKind, place: Int)? {
        var offset = restarts[restart]
        // What the wanted path has in common with the record before, which comes before it.
        var matched = 0
        for index in 0..<Self.restartInterval {
            // A record that shares less than that is behind the wanted path, one that shares more is still before it.
            guard let record = record(at: offset), record.shared >= matched else { return nil }
            offset = record.rest.upperBound + 1
            guard record.shared == matched else { continue }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[record.rest])
            let left = UnsafeRawBufferPointer(rebasing: wanted[matched...])
            let common = ByteOrder.commonPrefix(rest, left)
            if common == rest.count, common == left.count {
                return (record.kind, restart * Self.restartInterval + index)
            }
            if common < rest.count, common == left.count || left[common] < rest[common] { return nil }
            matched += common
        }
        return nil
    }

    /// Calls `body` with every path in order.
    package func forEach(_ body: (LayerPath, PathKind) -> Void) {
        var cursor = cursor
        while cursor.next() { body(LayerPath(clean: cursor.path), cursor.kind) }
    }

    /// In front of the first path.
    package var cursor: Cursor { Cursor(records) }

    /// The record at an offset: what it shares with the path before, and where its rest stands.
    private func record(at start: Int) -> (shared: Int, rest: Range<Int>, kind: PathKind)? {
        var offset = start
        guard let shared = LEB128.readCount(records, &offset), let length = LEB128.readCount(records, &offset),
            length < records.count - offset, let kind = PathKind(rawValue: records[offset + length])
        else { return nil }
        return (shared, offset..<offset + length, kind)
    }
}

extension PathTable {
    /// Goes through the paths in order, each in the place of the one before: a fold goes through all paths of an image.
    package struct Cursor {
        private let records: [UInt8]
        private var offset = 0
        package private(set) var path: [UInt8] = []
        package private(set) var kind = PathKind.other
        /// The place of the path in the order of all; below zero in front of the first.
        package private(set) var place = -1
        /// With how many bytes at least the path begins like the one before.
        package private(set) var shared = 0

        fileprivate init(_ records: [UInt8]) { self.records = records }

        /// Goes on to the next path; `false` behind the last, and for good where a record is damaged.
        package mutating func next() -> Bool {
            guard let shared = LEB128.readCount(records, &offset), let length = LEB128.readCount(records, &offset),
                shared <= path.count, length < records.count - offset,
                let kind = PathKind(rawValue: records[offset + length])
            else {
                offset = records.count
                return false
            }
            path.removeLast(path.count - shared)
            path.append(contentsOf: records[offset..<offset + length])
            self.kind = kind
            self.shared = shared
            place += 1
            offset += length + 1
            return true
        }
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
