import LinearRegex
import ScanModel

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
///
/// Sorted by the bytes of their paths, each path once. Names that are no UTF-8 may read the same: all of them count.
package struct FileTable: Sendable {
    /// Whether the contents of files were hashed.
    package let hasDigests: Bool
    /// To be matched without a look at the entries; valid UTF-8.
    private let paths: PathColumn
    /// Places with the bit for the user's or group's ID.
    let setIDs: [Int]
    /// Gives the entry at a place: few of them are asked for.
    private let entry: @Sendable (Int) -> FileFact

    /// A table of entries in any order; of several at one path the last counts.
    package init(_ entries: [FileFact], hasDigests: Bool = false) {
        let sorted = Self.sorted(entries)
        var paths = PathColumn()
        for entry in sorted { paths.append(absolute: entry.path.utf8) }
        self.hasDigests = hasDigests
        self.paths = paths
        setIDs = sorted.indices.filter { Self.hasSetID(sorted[$0].mode) }
        entry = { sorted[$0] }
    }

    /// A table of the files of an image, each of which `fact` gives.
    init(_ files: ImageFileTable, hasDigests: Bool, fact: @escaping @Sendable (ImageFile) -> FileFact) {
        self.hasDigests = hasDigests
        let modes = files.indices.lazy.map { UInt32(files.mode(at: $0)) }
        guard let order = Self.readableOrder(files.paths) else {
            paths = files.paths
            setIDs = files.indices.filter { Self.hasSetID(modes[$0]) }
            entry = { fact(files[$0]) }
            return
        }
        var paths = PathColumn()
        for place in order { paths.append(absolute: Self.readable(files.paths, at: place)) }
        self.paths = paths
        setIDs = order.indices.filter { Self.hasSetID(modes[order[$0]]) }
        entry = { fact(files[order[$0]]) }
    }

    private static func hasSetID(_ mode: UInt32) -> Bool { mode & 0o6000 != 0 }

    /// The places of paths in the order of what people read of them; `nil` where all are UTF-8 and so in order already.
    private static func readableOrder(_ paths: PathColumn) -> [Int]? {
        guard paths.bytes.reduce(0, |) >= 0x80,
            !(0..<paths.count).allSatisfy({
                String(validating: paths.bytes[paths.range(at: $0)], as: UTF8.self) != nil
            })
        else { return nil }
        let texts = (0..<paths.count).map { readable(paths, at: $0) }
        return texts.indices.sorted { left, right in
            let comparison = ByteOrder.compare(texts[left], texts[right])
            return comparison < 0 || comparison == 0 && left < right
        }
    }

    /// The path with what is no UTF-8 in it replaced.
    private static func readable(_ paths: PathColumn, at place: Int) -> [UInt8] {
        Array(String(decoding: paths.bytes[paths.range(at: place)], as: UTF8.self).utf8)
    }

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

    package var count: Int { paths.count }

    /// Places whose paths match a pattern from their start, which `matcher` decides.
    func places(matching pattern: RegexPattern, _ matcher: RegexMatcher) throws(Unjudged) -> [Int] {
        do {
            return try paths.places(holding: pattern.requiredLiterals) { path throws(RegexBudgetError) in
                try matcher.matches(utf8: path)
            }
        } catch {
            throw Unjudged(.failed, "\(error)")
        }
    }

    subscript(place: Int) -> FileFact { entry(place) }

    package subscript(path: String) -> FileFact? { paths.firstPlace(of: path.utf8).map { entry($0) } }
}
