/// What a layer's archive says of one entry beside its name, kind and content.
package struct FileAttributes: Hashable, Sendable {
    static let modeBits: UInt16 = 0o7777

    /// Permission bits with those for set-user-ID, set-group-ID and sticky, 0o7777 at most.
    package var mode: UInt16
    package var userID: UInt32
    package var groupID: UInt32
    /// Bytes of the content; 0 for what has none.
    package var size: Int64
    /// Where a symbolic link or a hard link points to, as the archive has it; empty for everything else.
    package var linkTarget: [UInt8]

    package init(mode: UInt16, userID: UInt32, groupID: UInt32, size: Int64, linkTarget: [UInt8] = []) {
        self.mode = mode & Self.modeBits
        self.userID = userID
        self.groupID = groupID
        self.size = max(0, size)
        self.linkTarget = linkTarget
    }
}

/// The attributes of a layer's entries, in the order of its ``PathTable``.
///
/// A column for each attribute; as bytes, every entry of it by the one before: equal ones compress to next to nothing.
package struct FileAttributeTable: Sendable {
    private static let columns = 5

    private var modes: [UInt16] = []
    private var userIDs: [UInt32] = []
    private var groupIDs: [UInt32] = []
    private var sizes: [Int64] = []
    /// Link targets one after the other, and where each ends.
    private var targets: [UInt8] = []
    private var targetEnds: [Int] = []

    package init(_ entries: [FileAttributes]) {
        for entry in entries {
            modes.append(entry.mode)
            userIDs.append(entry.userID)
            groupIDs.append(entry.groupID)
            sizes.append(entry.size)
            targets.append(contentsOf: entry.linkTarget)
            targetEnds.append(targets.count)
        }
    }

    /// The permission bits of one entry, as ``FileAttributes/mode``.
    func mode(at place: Int) -> UInt16 { modes[place] & FileAttributes.modeBits }

    private func targetRange(_ place: Int) -> Range<Int> {
        (place == 0 ? 0 : targetEnds[place - 1])..<targetEnds[place]
    }

    /// As bytes, to be compressed and stored; `init(serialized:)` reads them back.
    package var serialized: [UInt8] {
        var columns = [[UInt8]](repeating: [], count: Self.columns)
        for place in indices {
            LEB128.append(UInt64(modes[place]), to: &columns[0])
            LEB128.append(UInt64(userIDs[place]), to: &columns[1])
            LEB128.append(UInt64(groupIDs[place]), to: &columns[2])
            LEB128.append(UInt64(sizes[place]), to: &columns[3])
            let target = targets[targetRange(place)]
            LEB128.append(UInt64(target.count), to: &columns[4])
            columns[4].append(contentsOf: target)
        }
        var bytes: [UInt8] = []
        LEB128.append(UInt64(count), to: &bytes)
        for column in columns {
            LEB128.append(UInt64(column.count), to: &bytes)
            bytes.append(contentsOf: column)
        }
        return bytes
    }

    /// Reads what ``serialized`` wrote; `nil` where the bytes are damaged.
    package init?(serialized bytes: [UInt8]) {
        var offset = 0
        // An entry takes a byte of each column at least.
        guard let count = LEB128.readCount(bytes, &offset), count <= bytes.count / Self.columns else { return nil }
        var columns: [Int] = []
        for _ in 0..<Self.columns {
            guard let length = LEB128.readCount(bytes, &offset), length <= bytes.count - offset else { return nil }
            columns.append(offset)
            offset += length
        }
        guard let modes = Self.column(of: UInt16.self, count, bytes, columns[0]),
            let userIDs = Self.column(of: UInt32.self, count, bytes, columns[1]),
            let groupIDs = Self.column(of: UInt32.self, count, bytes, columns[2]),
            let sizes = Self.column(of: Int64.self, count, bytes, columns[3])
        else { return nil }
        self.modes = modes
        self.userIDs = userIDs
        self.groupIDs = groupIDs
        self.sizes = sizes
        targetEnds.reserveCapacity(count)
        offset = columns[4]
        for _ in 0..<count {
            guard let length = LEB128.readCount(bytes, &offset), length <= bytes.count - offset else { return nil }
            targets.append(contentsOf: bytes[offset..<offset + length])
            targetEnds.append(targets.count)
            offset += length
        }
    }

    private static func column<Value: FixedWidthInteger>(
        of type: Value.Type,
        _ count: Int,
        _ bytes: [UInt8],
        _ start: Int
    ) -> [Value]? {
        var values: [Value] = []
        values.reserveCapacity(count)
        var offset = start
        for _ in 0..<count {
            guard let value = LEB128.read(bytes, &offset).flatMap({ Value(exactly: $0) }) else { return nil }
            values.append(value)
        }
        return values
    }
}

extension FileAttributeTable: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { modes.count }

    package subscript(place: Int) -> FileAttributes {
        FileAttributes(
            mode: modes[place],
            userID: userIDs[place],
            groupID: groupIDs[place],
            size: sizes[place],
            linkTarget: Array(targets[targetRange(place)])
        )
    }
}
