/// The digests of one file's content, in bytes.
package struct FileDigests: Hashable, Sendable {
    package var sha256: [UInt8]
    /// Empty where it was not computed: package databases alone ask for it.
    package var sha1: [UInt8]
    package var md5: [UInt8]

    package init(sha256: [UInt8], sha1: [UInt8] = [], md5: [UInt8] = []) {
        self.sha256 = sha256
        self.sha1 = sha1
        self.md5 = md5
    }
}

/// The digests of a layer's regular files, by their places in its ``PathTable``.
///
/// They stay as they are stored: for each file the distance to the one before, whether it has weak digests, and the digests.
package struct FileDigestTable: Sendable {
    private static let sha256Bytes = 32
    private static let sha1Bytes = 20
    private static let weakBytes = sha1Bytes + 16

    private struct Record {
        let place: Int
        /// Of its SHA-256 in the bytes.
        let offset: Int
        let hasWeak: Bool
    }

    /// As bytes, to be stored; `init(serialized:)` reads them back.
    package private(set) var serialized: [UInt8] = []
    /// By their places.
    private var records: [Record] = []

    /// A table of digests; those that are not of a file's SHA-256 are left out.
    package init(_ digests: [Int: FileDigests]) {
        var previous = 0
        for (place, item) in digests.sorted(by: { $0.key < $1.key }) where item.sha256.count == Self.sha256Bytes {
            let hasWeak = item.sha1.count == Self.sha1Bytes && item.sha1.count + item.md5.count == Self.weakBytes
            LEB128.append(UInt64(place - previous) << 1 | (hasWeak ? 1 : 0), to: &serialized)
            records.append(Record(place: place, offset: serialized.count, hasWeak: hasWeak))
            serialized += item.sha256
            if hasWeak { serialized += item.sha1 + item.md5 }
            previous = place
        }
    }

    /// Reads what ``serialized`` gave; `nil` where the bytes are damaged.
    package init?(serialized bytes: [UInt8]) {
        serialized = bytes
        var offset = 0
        var place = 0
        while offset < bytes.count {
            guard let head = LEB128.readCount(bytes, &offset) else { return nil }
            let hasWeak = head & 1 == 1
            let (next, isLong) = place.addingReportingOverflow(head >> 1)
            let length = Self.sha256Bytes + (hasWeak ? Self.weakBytes : 0)
            guard !isLong, bytes.count - offset >= length else { return nil }
            place = next
            records.append(Record(place: place, offset: offset, hasWeak: hasWeak))
            offset += length
        }
    }

    /// Files that have digests.
    package var count: Int { records.count }

    package subscript(place: Int) -> FileDigests? {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].place < place { low = middle + 1 } else { high = middle }
        }
        guard low < records.count, records[low].place == place else { return nil }
        let strong = records[low].offset + Self.sha256Bytes
        var digests = FileDigests(sha256: Array(serialized[records[low].offset..<strong]))
        if records[low].hasWeak {
            digests.sha1 = Array(serialized[strong..<strong + Self.sha1Bytes])
            digests.md5 = Array(serialized[strong + Self.sha1Bytes..<strong + Self.weakBytes])
        }
        return digests
    }
}
