import ScanModel
import Tar

/// Collects what a plan asks for of a layer's files, entry by entry.
///
/// A reference, for the content of a file reaches it piece by piece while others read the same file.
final class FileCollector {
    /// Zeros of a layer's sparse files that are shown to analyzers, 1 GiB: headers may claim any number of them.
    private static let maxHoleBytes: Int64 = 1 << 30
    private static let zeros = [UInt8](repeating: 0, count: 64 * 1024)

    private struct Reader {
        let name: String
        let reading: any FileReading
        var isOn = false
        var nanoseconds = 0
    }

    private let parts: Set<CollectedPart>
    private let costs: AnalyzerCosts?
    private var readers: [Reader]
    private var attributes: [LayerPath: FileAttributes] = [:]
    private var digests: [LayerPath: FileDigests] = [:]
    private var found: [LayerPath: FileFindings] = [:]

    /// The file that is being read: its size, and how far it has been shown.
    private var size: Int64 = 0
    private var position: Int64 = 0
    private var isTooSparse = false
    private var holeBytes: Int64 = 0

    init(parts: Set<CollectedPart>, analyzers: [any FileAnalyzer], costs: AnalyzerCosts?) {
        self.parts = parts
        self.costs = costs
        readers = analyzers.map { Reader(name: $0.name, reading: $0.makeReading()) }
    }

    /// Takes in an entry, which replaces an earlier one at its path.
    func note(_ path: LayerPath, _ entry: TarEntry) {
        if !digests.isEmpty { digests[path] = nil }
        if !found.isEmpty { found[path] = nil }
        guard parts.contains(.files) else { return }
        attributes[path] = FileAttributes(
            mode: entry.mode,
            userID: UInt32(clamping: entry.userID),
            groupID: UInt32(clamping: entry.groupID),
            size: entry.kind == .file ? entry.size : 0,
            linkTarget: entry.linkTarget
        )
    }

    /// A hard link to a file that stands earlier in the archive is that file under another name.
    ///
    /// Where the target is in a layer below, the link's own header stays, and the fold looks there.
    func noteHardlink(_ path: LayerPath, to target: LayerPath) {
        if let content = digests[target] { digests[path] = content }
        if let known = found[target] { found[path] = known }
        guard var own = attributes[path], let known = attributes[target] else { return }
        own.mode = known.mode
        own.userID = known.userID
        own.groupID = known.groupID
        own.size = known.size
        attributes[path] = own
    }

    /// Keeps what a cataloger read out of a package database.
    func add(_ packaged: [PackagedFiles], at path: LayerPath) {
        guard !packaged.isEmpty else { return }
        found[path, default: FileFindings()].packaged += packaged
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
        return LayerFacts(
            parts: parts,
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
