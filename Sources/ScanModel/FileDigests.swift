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
package struct FileDigestTable: Sendable {
    private static let sha256Bytes = 32
    private static let weakBytes = 20 + 16

    package private(set) var digests: [Int: FileDigests]

    package init(_ digests: [Int: FileDigests]) { self.digests = digests }

    /// As bytes, to be stored: for each file the distance to the one before, whether it has weak digests, and the digests.
    package var serialized: [UInt8] {
        var bytes: [UInt8] = []
        var previous = 0
        for (place, item) in digests.sorted(by: { $0.key < $1.key }) where item.sha256.count == Self.sha256Bytes {
            let hasWeak = item.sha1.count + item.md5.count == Self.weakBytes
            LEB128.append(UInt64(place - previous) << 1 | (hasWeak ? 1 : 0), to: &bytes)
            bytes += item.sha256
            if hasWeak { bytes += item.sha1 + item.md5 }
            previous = place
        }
        return bytes
    }

    /// Reads what ``serialized`` wrote; `nil` where the bytes are damaged.
    package init?(serialized bytes: [UInt8]) {
        digests = [:]
        var offset = 0
        var place = 0
        while offset < bytes.count {
            guard let head = LEB128.readCount(bytes, &offset) else { return nil }
            let hasWeak = head & 1 == 1
            let (next, isLong) = place.addingReportingOverflow(head >> 1)
            guard !isLong, bytes.count - offset >= Self.sha256Bytes + (hasWeak ? Self.weakBytes : 0) else { return nil }
            place = next
            let strong = offset + Self.sha256Bytes
            var item = FileDigests(sha256: Array(bytes[offset..<strong]))
            offset = strong
            if hasWeak {
                item.sha1 = Array(bytes[strong..<strong + 20])
                item.md5 = Array(bytes[strong + 20..<strong + Self.weakBytes])
                offset = strong + Self.weakBytes
            }
            digests[place] = item
        }
    }
}
