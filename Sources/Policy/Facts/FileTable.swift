import LinearRegex

/// One entry of the image's merged file system.
package struct FileFact: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case file, directory, link, other }

    /// Absolute.
    package var path: String
    package var kind: Kind
    /// `st_mode`, with the bits of the type.
    package var mode: UInt32
    package var userID: Int64
    package var groupID: Int64
    package var size: Int64
    /// In hexadecimal, where the contents were hashed.
    package var sha256: String?
    package var sha1: String?
    package var md5: String?
    /// Where a symbolic link points to, as it has it.
    package var linkTarget: String?

    package init(
        path: String,
        kind: Kind = .file,
        mode: UInt32,
        userID: Int64 = 0,
        groupID: Int64 = 0,
        size: Int64 = 0,
        sha256: String? = nil,
        sha1: String? = nil,
        md5: String? = nil,
        linkTarget: String? = nil
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.userID = userID
        self.groupID = groupID
        self.size = size
        self.sha256 = sha256
        self.sha1 = sha1
        self.md5 = md5
        self.linkTarget = linkTarget
    }
}

/// The entries of an image's file system, by path.
package struct FileTable: Sendable {
    /// Sorted by the bytes of their paths, each path once: the last that was given counts.
    ///
    /// Names that are no UTF-8 may read the same: all of them count.
    package let entries: [FileFact]
    /// Whether the contents of files were hashed.
    package let hasDigests: Bool
    /// The paths one after the other, to be matched without a look at the entries.
    private let pathBytes: [UInt8]
    /// Where each path ends in them.
    private let pathEnds: [Int]
    /// Places in `entries` with the bit for the user's or group's ID.
    let setIDs: [Int]

    package init(_ entries: [FileFact], hasDigests: Bool = false) {
        let sorted = Self.sorted(entries)
        self.entries = sorted
        self.hasDigests = hasDigests
        var bytes: [UInt8] = []
        var ends: [Int] = []
        ends.reserveCapacity(sorted.count)
        for entry in sorted {
            bytes.append(contentsOf: entry.path.utf8)
            ends.append(bytes.count)
        }
        pathBytes = bytes
        pathEnds = ends
        setIDs = sorted.indices.filter { sorted[$0].mode & 0o6000 != 0 }
    }

    /// As a rule they come sorted, and there are tens of thousands.
    private static func sorted(_ entries: [FileFact]) -> [FileFact] {
        if zip(entries, entries.dropFirst()).allSatisfy({ precedes($0.path, $1.path) }) { return entries }
        let ordered = entries.enumerated().sorted { left, right in
            let isBefore = precedes(left.element.path, right.element.path)
            return isBefore || !precedes(right.element.path, left.element.path) && left.offset < right.offset
        }
        var kept: [FileFact] = []
        kept.reserveCapacity(entries.count)
        for (_, entry) in ordered {
            if let last = kept.last, last.path.utf8.elementsEqual(entry.path.utf8),
                !entry.path.unicodeScalars.contains("\u{FFFD}")
            {
                kept.removeLast()
            }
            kept.append(entry)
        }
        return kept
    }

    /// By bytes: names that look the same, such as those of an accent written in two ways, are different files.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Places in `entries` whose paths match from their start.
    func places(matching matcher: RegexMatcher) throws(Unjudged) -> [Int] {
        do {
            return try pathBytes.withUnsafeBufferPointer { bytes in
                Result { () throws(RegexBudgetError) in
                    var found: [Int] = []
                    var start = 0
                    for (place, end) in pathEnds.enumerated() {
                        if try matcher.matches(utf8: UnsafeBufferPointer(rebasing: bytes[start..<end])) {
                            found.append(place)
                        }
                        start = end
                    }
                    return found
                }
            }.get()
        } catch {
            throw Unjudged(.failed, "\(error)")
        }
    }

    package subscript(path: String) -> FileFact? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(entries[middle].path, path) { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].path.utf8.elementsEqual(path.utf8) else { return nil }
        return entries[low]
    }
}
