/// What a layer's archive says of one entry beside its name, kind and content.
package struct FileAttributes: Hashable, Sendable {
    /// Permission bits with those for set-user-ID, set-group-ID and sticky, 0o7777 at most.
    package var mode: UInt16
    package var userID: UInt32
    package var groupID: UInt32
    /// Bytes of the content; 0 for what has none.
    package var size: Int64
    /// Where a symbolic link or a hard link points to, as the archive has it; empty for everything else.
    package var linkTarget: [UInt8]

    package init(mode: UInt16, userID: UInt32, groupID: UInt32, size: Int64, linkTarget: [UInt8] = []) {
        self.mode = mode & 0o7777
        self.userID = userID
        self.groupID = groupID
        self.size = max(0, size)
        self.linkTarget = linkTarget
    }
}

/// The attributes of a layer's entries, in the order of its ``PathTable``.
///
/// A column for each attribute, every entry of it by the one before: equal ones compress to next to nothing.
package struct FileAttributeTable: Sendable {
    private static let columns = 5

    package let entries: [FileAttributes]

    package init(_ entries: [FileAttributes]) { self.entries = entries }

    /// As bytes, to be compressed and stored; `init(serialized:)` reads them back.
    package var serialized: [UInt8] {
        var columns = [[UInt8]](repeating: [], count: Self.columns)
        for entry in entries {
            LEB128.append(UInt64(entry.mode), to: &columns[0])
            LEB128.append(UInt64(entry.userID), to: &columns[1])
            LEB128.append(UInt64(entry.groupID), to: &columns[2])
            LEB128.append(UInt64(entry.size), to: &columns[3])
            LEB128.append(UInt64(entry.linkTarget.count), to: &columns[4])
            columns[4].append(contentsOf: entry.linkTarget)
        }
        var bytes: [UInt8] = []
        LEB128.append(UInt64(entries.count), to: &bytes)
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
        var entries: [FileAttributes] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            guard let mode = LEB128.read(bytes, &columns[0]).flatMap({ UInt16(exactly: $0) }),
                let userID = LEB128.read(bytes, &columns[1]).flatMap({ UInt32(exactly: $0) }),
                let groupID = LEB128.read(bytes, &columns[2]).flatMap({ UInt32(exactly: $0) }),
                let size = LEB128.read(bytes, &columns[3]).flatMap({ Int64(exactly: $0) }),
                let length = LEB128.readCount(bytes, &columns[4]), length <= bytes.count - columns[4]
            else { return nil }
            let target = length == 0 ? [] : Array(bytes[columns[4]..<columns[4] + length])
            columns[4] += length
            entries.append(
                FileAttributes(mode: mode, userID: userID, groupID: groupID, size: size, linkTarget: target)
            )
        }
        self.entries = entries
    }
}
