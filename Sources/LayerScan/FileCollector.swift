import ScanModel
import Tar

/// Collects what a plan asks for of a layer's files, entry by entry.
///
/// A reference, for the content of a file reaches it piece by piece while others read the same file.
final class FileCollector {
    /// Zeros of a layer's sparse files that are shown to analyzers, 1 GiB: headers may claim any number of them.
    private static let maxHoleBytes: Int64 = 1 << 30
    /// Bytes, by estimate, of all that is found in a layer's files, 256 MiB: it is held in memory and stored as one.
    static let maxKeptBytes = 256 << 20
    /// Bytes of a link's target, as Linux has it (PATH_MAX).
    private static let maxLinkBytes = 4096
    private static let zeros = [UInt8](repeating: 0, count: 64 * 1024)

    private struct Reader {
        let name: String
        let reading: any FileReading
        var isOn = false
        var nanoseconds = 0
    }

    private let parts: Set<CollectedPart>
    private let searched: Set<NamedPattern>
    private let maxKept: Int
    private let costs: AnalyzerCosts?
    private var readers: [Reader]
    private var attributes: [LayerPath: FileAttributes] = [:]
    private var digests: [LayerPath: FileDigests] = [:]
    private var found: [LayerPath: FileFindings] = [:]
    /// Hard links to files of layers below, with their targets.
    private var linksBelow: [LayerPath: LayerPath] = [:]
    /// Bytes taken in, also of what was replaced later.
    private var kept = 0

    /// The file that is being read: its size, and how far it has been shown.
    private var size: Int64 = 0
    private var position: Int64 = 0
    private var isTooSparse = false
    private var holeBytes: Int64 = 0

    init(_ collection: FileCollection, costs: AnalyzerCosts?, maxKept: Int = FileCollector.maxKeptBytes) {
        parts = collection.parts
        searched = collection.searched
        self.maxKept = maxKept
        self.costs = costs
        readers = collection.analyzers.map { Reader(name: $0.name, reading: $0.makeReading()) }
    }

    /// Whether so many more bytes may be kept, which then count.
    private func keeps(_ bytes: Int) -> Bool {
        guard bytes <= maxKept - kept else { return false }
        kept += bytes
        return true
    }

    private var dropped: String { "more than \(maxKept) bytes were found in the layer's files: not kept" }

    /// Takes in an entry, which replaces an earlier one at its path; returns what could not be kept.
    func note(_ path: LayerPath, _ entry: TarEntry) -> String? {
        if !digests.isEmpty { digests[path] = nil }
        if !found.isEmpty { found[path] = nil }
        if !linksBelow.isEmpty { linksBelow[path] = nil }
        guard parts.contains(.files) else { return nil }
        let isLong = entry.linkTarget.count > Self.maxLinkBytes
        let isKept = !isLong && keeps(entry.linkTarget.count)
        attributes[path] = FileAttributes(
            mode: entry.mode,
            userID: UInt32(clamping: entry.userID),
            groupID: UInt32(clamping: entry.groupID),
            size: entry.kind == .file ? entry.size : 0,
            linkTarget: isKept ? entry.linkTarget : []
        )
        return isLong ? "a link to a path of \(entry.linkTarget.count) bytes: not kept" : isKept ? nil : dropped
    }

    /// A hard link to a file that stands earlier in the archive is that file under another name.
    ///
    /// Where the target is in a layer below, the link's own header stays, and the fold looks there: whatever is collected.
    /// Returns what could not be kept.
    func noteHardlink(_ path: LayerPath, to target: LayerPath, isHere: Bool) -> String? {
        guard isHere else { return noteLinkBelow(path, to: target) }
        if let below = linksBelow[target] { return noteLinkBelow(path, to: below) }
        if let content = digests[target] { digests[path] = content }
        copyAttributes(of: target, to: path)
        guard let known = found[target]?.underOtherName, !known.isEmpty else { return nil }
        guard keeps(known.weight) else { return dropped }
        found[path] = known
        return nil
    }

    private func noteLinkBelow(_ path: LayerPath, to target: LayerPath) -> String? {
        guard target.bytes.count <= Self.maxLinkBytes else {
            return "a hard link to a path of \(target.bytes.count) bytes: not followed"
        }
        guard keeps(target.bytes.count + 100) else { return dropped }
        linksBelow[path] = target
        return nil
    }

    /// Hard links to files of layers below that this layer replaces, in order, with their targets.
    ///
    /// What such a link shows is the lower file; which layer's file it is cannot be told afterwards.
    func replacedTargets(among paths: [LayerPath: PathKind]) -> [(path: LayerPath, target: LayerPath)] {
        linksBelow.filter { paths[$0.value] != nil }.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    private func copyAttributes(of target: LayerPath, to path: LayerPath) {
        guard var own = attributes[path], let known = attributes[target] else { return }
        own.mode = known.mode
        own.userID = known.userID
        own.groupID = known.groupID
        own.size = known.size
        attributes[path] = own
    }

    /// Keeps what a cataloger read out of a package database; returns what could not be kept.
    func add(_ packaged: [PackagedFiles], at path: LayerPath) -> String? {
        guard !packaged.isEmpty else { return nil }
        guard keeps(packaged.reduce(0) { $0 + $1.weight }) else { return dropped }
        found[path, default: FileFindings()].packaged += packaged
        return nil
    }

    /// Whether any analyzer wants the content of a file; it is then shown by ``consume(_:at:)``.
    func begins(_ path: LayerPath, _ entry: TarEntry) -> Bool {
        guard !readers.isEmpty else { return false }
        let file = ExaminedFile(path: path, size: entry.size, mode: entry.mode)
        size = entry.size
        position = 0
        isTooSparse = false
        var isWanted = false
        for index in readers.indices {
            readers[index].isOn = readers[index].reading.begins(file)
            readers[index].nanoseconds = 0
            isWanted = isWanted || readers[index].isOn
        }
        return isWanted
    }

    /// Shows a block of the file; what lies between two blocks of a sparse file is zeros.
    func consume(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        guard offset >= position, offset <= size else { return }
        try skip(to: offset)
        let shown = bytes.prefix(Int(clamping: size - offset))
        position += Int64(shown.count)
        try show(UnsafeRawBufferPointer(rebasing: shown))
    }

    private func skip(to offset: Int64) throws {
        guard offset > position, !isTooSparse else {
            position = max(position, offset)
            return
        }
        guard offset - position <= Self.maxHoleBytes - holeBytes else {
            isTooSparse = true
            position = offset
            return
        }
        holeBytes += offset - position
        while position < offset {
            let count = Int(min(offset - position, Int64(Self.zeros.count)))
            try Self.zeros.withUnsafeBytes { try show(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            position += Int64(count)
        }
    }

    private func show(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty, !isTooSparse else { return }
        for index in readers.indices where readers[index].isOn {
            try measured(index) { try $0.consume(bytes) }
        }
    }

    private func measured(_ index: Int, _ body: (any FileReading) throws -> Void) rethrows {
        guard costs != nil else { return try body(readers[index].reading) }
        let before = AnalyzerCosts.threadNanoseconds()
        try body(readers[index].reading)
        readers[index].nanoseconds += AnalyzerCosts.threadNanoseconds() - before
    }

    /// Ends the file at `path`; returns what could not be looked at.
    func finish(_ path: LayerPath) throws -> [String] {
        try skip(to: size)
        guard !isTooSparse else { return ["a sparse file of \(size) bytes was not examined"] }
        var result = FileResult()
        for index in readers.indices where readers[index].isOn {
            try measured(index) { try $0.finish(into: &result) }
            costs?.add(readers[index].name, bytes: Int(clamping: size), nanoseconds: readers[index].nanoseconds)
        }
        digests[path] = result.digests
        if !result.findings.isEmpty {
            guard keeps(result.findings.weight) else { return result.problems + [dropped] }
            // Catalogers that read the same file may have said something of it before.
            result.findings.packaged += found[path]?.packaged ?? []
            found[path] = result.findings
        }
        return result.problems
    }

    /// The facts of the layer, whose paths are in the order of `paths`.
    func facts(_ paths: PathTable) -> LayerFacts {
        var ordered: [FileAttributes] = []
        var placed: [Int: FileDigests] = [:]
        if parts.contains(.files) || !digests.isEmpty {
            ordered.reserveCapacity(parts.contains(.files) ? paths.count : 0)
            var place = 0
            paths.forEach { path, _ in
                if parts.contains(.files) {
                    ordered.append(attributes[path] ?? FileAttributes(mode: 0, userID: 0, groupID: 0, size: 0))
                }
                if let item = digests[path] { placed[place] = item }
                place += 1
            }
        }
        for (path, target) in linksBelow { found[path, default: FileFindings()].linkTarget = target }
        return LayerFacts(
            parts: parts,
            searched: searched,
            attributes: FileAttributeTable(ordered),
            digests: FileDigestTable(placed),
            found: found.map { FoundFile(path: $0.key, findings: $0.value) }.sorted { $0.path < $1.path }
        )
    }
}

/// The content of the entry that a reader stands at; a collector sees it as it goes by.
struct EntryContent {
    private let reader: TarReader
    private let collector: FileCollector?

    init(_ reader: TarReader, seenBy collector: FileCollector?) {
        self.reader = reader
        self.collector = collector
    }

    /// As ``TarReader/nextBlock()``.
    func nextBlock() throws -> (bytes: UnsafeRawBufferPointer, offset: Int64)? {
        guard let block = try reader.nextBlock() else { return nil }
        try collector?.consume(block.bytes, at: block.offset)
        return block
    }

    /// Reads what is left.
    func drain() throws { while try nextBlock() != nil {} }
}
