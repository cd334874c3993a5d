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
    /// Sorted by path, each path once: the last that was given counts.
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
        if zip(entries, entries.dropFirst()).allSatisfy({ $0.path < $1.path }) { return entries }
        var byPath: [String: FileFact] = [:]
        byPath.reserveCapacity(entries.count)
        for entry in entries { byPath[entry.path] = entry }
        return byPath.values.sorted { $0.path < $1.path }
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
            if entries[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].path == path ? entries[low] : nil
    }
}
