import Bytes
import Catalogers
import ScanModel
import Tar

/// What a layer has shown so far, entry by entry.
struct LayerContent {
    private let limits: LayerScanLimits
    private let selection: EvidenceSelection
    private let spool: FileSpool
    private let cache: ContentCache
    private let costs: AnalyzerCosts?
    /// What policies ask for; `nil` where they ask for nothing.
    private let collector: FileCollector?
    /// What an earlier pass over the same layer found to be evidence by hard links alone.
    private let linked: LinkedNames
    /// How much was read for them, and how much is: each name has its file parsed again.
    private var linkedBytes: Int64 = 0
    private static let maxLinkedBytes: Int64 = 1 << 30
    /// What this pass did.
    private(set) var missed = LinkedNames()

    private var entries = 0
    private var pathsBytes: Int64 = 0
    private var budget: EvidenceBudget
    private var paths: [LayerPath: PathKind] = [:]
    private var whiteouts: Set<LayerPath> = []
    private var opaqueDirectories: Set<LayerPath> = []
    /// Evidence by path; a path that comes twice in one archive counts as it stands last.
    private var evidence: [LayerPath: [Evidence]] = [:]
    private var gaps: LayerGaps
    /// Databases that wait for a companion, and possible companions.
    private var waiting: [LayerPath: (catalogers: [Int], bytes: FileBytes)] = [:]
    private var companions: [LayerPath: FileBytes] = [:]

    init(
        limits: LayerScanLimits,
        selection: EvidenceSelection,
        scratchDirectory: String,
        requiresScratch: Bool,
        cache: ContentCache,
        costs: AnalyzerCosts?,
        collector: FileCollector?,
        linked: LinkedNames
    ) {
        self.linked = linked
        self.collector = collector
        self.limits = limits
        gaps = LayerGaps(maxCount: limits.maxGaps)
        budget = EvidenceBudget(maxBytes: limits.maxFoundBytes)
        self.selection = selection
        self.cache = cache
        self.costs = costs
        spool = FileSpool(
            directory: scratchDirectory,
            isRequired: requiresScratch,
            memoryBytes: limits.memoryBytes
        )
    }

    /// Takes in the next entry; `reader` stands at its content.
    mutating func add(_ entry: TarEntry, from reader: TarReader) throws {
        entries += 1
        guard entries <= limits.maxEntries else { throw Bound("the layer has more than \(limits.maxEntries) entries") }
        guard entry.path.count <= limits.maxPathBytes else {
            addGap(path: "", reason: "a path of \(entry.path.count) bytes was passed over")
            return
        }
        pathsBytes += Int64(entry.path.count)
        guard pathsBytes <= limits.maxPathsBytes else {
            throw Bound("the layer's paths have more than \(limits.maxPathsBytes) bytes")
        }
        guard let path = LayerPath(archiveName: entry.path) else {
            addGap(path: shown(entry.path), reason: "a name that leads out of the image was passed over")
            return
        }
        guard path.partCount <= limits.maxPathParts else {
            addGap(path: shown(entry.path), reason: "a path of \(path.partCount) parts was passed over")
            return
        }
        guard path != .root, !noteWhiteout(path) else { return }
        forget(path)
        paths[path] = PathKind(rawValue: entry.kind.rawValue) ?? .other
        if let problem = collector?.note(path, entry) { addProblem(path, problem) }
        noteStandingEntries(at: path)
        switch entry.kind {
        case .file:
            let isExamined = collector?.begins(path, entry) ?? false
            let content = EntryContent(reader, seenBy: isExamined ? collector : nil)
            try readFile(path, entry, content)
            if isExamined, let collector {
                try content.drain()
                for problem in try collector.finish(path) { addProblem(path, problem) }
            }
        case .hardlink: noteHardlink(path, entry)
        case .symlink:
            if let problem = selection.unreadDatabase(behind: path, to: entry.linkTarget) { addProblem(path, problem) }
        case .directory, .other: break
        }
    }

    /// `.wh.NAME` deletes NAME below, `.wh..wh..opq` hides what the directory held below; other names that start with
    /// `.wh..wh.` are a union file system's own (OCI image-spec v1.1, layer.md, Whiteouts).
    private mutating func noteWhiteout(_ path: LayerPath) -> Bool {
        let name = path.name
        guard name.starts(with: ".wh.".utf8), let parent = path.parent else { return false }
        if name.elementsEqual(".wh..wh..opq".utf8) {
            opaqueDirectories.insert(parent)
        } else if !name.starts(with: ".wh..wh.".utf8), name.count > 4 {
            whiteouts.insert(parent.appending(name.dropFirst(4)))
        }
        return true
    }

    private mutating func forget(_ path: LayerPath) {
        guard paths[path] != nil else { return }
        clear(path)
        // What was read for links that are still to come was read from the content that is replaced.
        for name in linked[path] where paths[name] == nil { clear(name) }
    }

    private mutating func clear(_ path: LayerPath) {
        evidence[path] = nil
        gaps.forget(path)
        waiting[path] = nil
        companions[path] = nil
    }

    /// Notes folders that say by their names what they are, once each.
    private mutating func noteStandingEntries(at path: LayerPath) {
        for (index, entry) in selection.standingEntries(at: path) where evidence[entry] == nil {
            catalog(entry, FileBytes([]), with: index, keepsEmpty: false)
        }
    }

    private mutating func readFile(_ path: LayerPath, _ entry: TarEntry, _ content: EntryContent) throws {
        let byPath = selection.catalogers(for: path)
        let isCompanion = selection.isCompanion(path)
        let hasExecutableBit = entry.mode & 0o111 != 0
        let byMagic = selection.programCatalogers(for: path, hasExecutableBit: hasExecutableBit)
        // Read whatever it holds, or only if it turns out to be a program.
        let names = linked[path]
        let isWanted = !byPath.isEmpty || isCompanion || !names.isEmpty
        let mayBeMarked = selection.mayBeMarked(path, hasExecutableBit: hasExecutableBit)
        guard isWanted || !byMagic.isEmpty || mayBeMarked else { return }
        // A file that no cataloger wants for its path is read if its first bytes say so.
        let readers = { [selection] (head: UnsafeRawBufferPointer) in
            selection.readers(of: head, byMagic: byMagic, mayBeMarked: mayBeMarked)
        }
        let most = min(limits.maxFileBytes, Int64(EvidenceBound.binary))
        let isKept = isCompanion || names.contains(where: selection.isCompanion)
        let own = isKept ? most : min(most, Int64(bound(byPath + names.flatMap { selection.catalogers(for: $0) })))
        guard entry.size <= most else {
            if !isWanted {
                let head = try spool.head(content, size: entry.size)
                guard !head.withUnsafeBytes(readers).isEmpty else { return }
            }
            noteTooLarge(path, linkedAs: names, entry.size, bound: isWanted ? own : most)
            return
        }
        // Nearly any file may be a program, whose bound is another than that of what its name makes it.
        let isWhole = isWanted && entry.size <= own
        let outcome = try spool.read(content, size: entry.size) { isWhole || !readers($0).isEmpty }
        switch outcome {
        case .declined: if isWanted { noteTooLarge(path, linkedAs: names, entry.size, bound: own) }
        case .failed(let reason): addProblem(path, reason)
        case .bytes(let bytes):
            take(bytes, asNamed: path)
            for name in names {
                if mayRead(bytes, asNamed: name) { take(bytes, asNamed: name) }
            }
            for index in bytes.withUnsafeBytes(readers) where !byPath.contains(index) {
                catalog(path, bytes, with: index, keepsEmpty: false)
            }
        }
    }

    /// The largest file that any of these reads, in bytes; a smaller one may yet be too large for others of them.
    private func bound(_ catalogers: [Int]) -> Int {
        catalogers.map { selection.catalogers[$0].maxFileBytes }.max() ?? 0
    }

    private mutating func noteTooLarge(_ path: LayerPath, linkedAs names: [LayerPath], _ size: Int64, bound: Int64) {
        addProblem(path, "\(size) bytes, more than the \(bound) that are read of such a file")
        for name in [path] + names { noteUnread(name) }
    }

    /// Evidence of which nothing is known stands in the way of the same file in a layer below.
    private mutating func noteUnread(_ name: LayerPath) {
        let readers = selection.catalogers(for: name).filter { !selection.catalogers[$0].listsFilesOnly }
        guard !readers.isEmpty else { return }
        evidence[name] = readers.map { Evidence(path: name, cataloger: selection.catalogers[$0].name) }
    }

    /// Whether a file may be read under one more name, which has it parsed again.
    private mutating func mayRead(_ bytes: FileBytes, asNamed name: LayerPath) -> Bool {
        linkedBytes += Int64(bytes.count)
        guard linkedBytes > Self.maxLinkedBytes else { return true }
        addProblem(name, "the layer has too many hard links to be read under all of their names")
        noteUnread(name)
        return false
    }

    /// Reads a file as what a name makes it: its own, or that of a hard link to it.
    private mutating func take(_ bytes: FileBytes, asNamed name: LayerPath) {
        if selection.isCompanion(name) { companions[name] = bytes }
        for index in selection.catalogers(for: name) {
            if selection.catalogers[index].companionSuffixes.isEmpty {
                catalog(name, bytes, with: index, keepsEmpty: true)
            } else {
                waiting[name, default: ([], bytes)].catalogers.append(index)
            }
        }
    }

    private mutating func catalog(
        _ path: LayerPath,
        _ bytes: FileBytes,
        with index: Int,
        keepsEmpty: Bool,
        companions: [String: FileBytes] = [:]
    ) {
        let cataloger = selection.catalogers[index]
        let file = EvidenceFile(
            path: path,
            bytes: bytes,
            companions: companions,
            isEvidence: { [selection] in selection.isEvidence($0) }
        )
        let found = read(file, with: cataloger)
        found.problems.forEach { addProblem(path, $0) }
        if let problem = collector?.add(found.packaged, at: path) { addProblem(path, problem) }
        guard !cataloger.listsFilesOnly else { return }
        // An evidence file without packages still counts: it replaces the one below it.
        guard keepsEmpty || !found.packages.isEmpty else { return }
        keep(Evidence(path: path, cataloger: cataloger.name, found: found))
    }

    /// Keeps what a file states, without its packages where there are too many in the layer already.
    private mutating func keep(_ item: Evidence) {
        let (kept, problem) = budget.take(item)
        if let problem { addProblem(item.path, problem) }
        evidence[item.path, default: []].append(kept)
    }

    private func read(_ file: EvidenceFile, with cataloger: any Cataloger) -> CatalogedFile {
        defer { file.bytes.releasePages() }
        guard let key = ContentCache.key(for: file, read: cataloger) else { return measured(file, with: cataloger) }
        if let known = cache.result(for: key) { return known }
        let found = measured(file, with: cataloger)
        cache.keep(found, for: key)
        return found
    }

    private func measured(_ file: EvidenceFile, with cataloger: any Cataloger) -> CatalogedFile {
        guard let costs else { return cataloger.read(file) }
        let before = AnalyzerCosts.threadNanoseconds()
        let found = cataloger.read(file)
        costs.add(cataloger.name, bytes: file.bytes.count, nanoseconds: AnalyzerCosts.threadNanoseconds() - before)
        return found
    }

    /// A hard link shows the content of its target, which stands earlier in this archive or in a layer below.
    private mutating func noteHardlink(_ path: LayerPath, _ entry: TarEntry) {
        let wanted = selection.nameCatalogers(for: path).filter { !selection.catalogers[$0].listsFilesOnly }
        guard let target = LayerPath(archiveName: entry.linkTarget) else {
            if !wanted.isEmpty || collector != nil {
                addProblem(path, "a hard link that leads out of the image was passed over")
            }
            return
        }
        if let problem = collector?.noteHardlink(path, to: target, isHere: paths[target] != nil) {
            addProblem(path, problem)
        }
        // Read already, in the place where its content stood.
        if linked[target].contains(path), evidence[path] != nil || waiting[path] != nil { return }
        // What a name alone makes evidence is none under a name that does not.
        let linked = (evidence[target] ?? []).filter { selection.isReader($0.cataloger, among: wanted) }
        if !linked.isEmpty {
            // In memory they are one, in the report each link has its own.
            evidence[path] = nil
            for var item in linked {
                item.path = path
                keep(item)
            }
        } else if let base = waiting[target] {
            if mayRead(base.bytes, asNamed: path) { waiting[path] = base }
        } else if !wanted.isEmpty {
            if paths[target] == nil {
                evidence[path] = wanted.map {
                    Evidence(path: path, cataloger: selection.catalogers[$0].name, linkTarget: target)
                }
                // The layer below did not read it as what this name makes it.
                if wanted.contains(where: { !selection.nameCatalogers(for: target).contains($0) }) {
                    addProblem(path, "a hard link to \(target.text) of a lower layer, which is not read by that name")
                }
            } else if wanted.contains(where: { !selection.nameCatalogers(for: target).contains($0) }) {
                addProblem(path, "a hard link to \(target.text), whose content had gone by when the link came")
                if !selection.catalogers(for: path).isEmpty { missed.insert(path, of: target) }
            }
        }
    }

    private func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(512), as: UTF8.self) }

    mutating func addGap(path: String, reason: String) { gaps.add(path: path, reason: reason) }

    private mutating func addProblem(_ path: LayerPath, _ reason: String) { gaps.add(at: path, reason) }

    /// Reads what waited for companions and gives the report.
    mutating func finish(diffID: Digest?, expandedBytes: Int64) -> AnalysedLayer {
        for (path, item) in waiting.sorted(by: { $0.key < $1.key }) {
            for cataloger in item.catalogers {
                var found: [String: FileBytes] = [:]
                for suffix in selection.catalogers[cataloger].companionSuffixes {
                    found[suffix] = companions[LayerPath(clean: path.bytes + Array(suffix.utf8))]
                }
                catalog(path, item.bytes, with: cataloger, keepsEmpty: true, companions: found)
            }
        }
        waiting = [:]
        companions = [:]
        for link in collector?.replacedTargets(among: paths) ?? [] {
            addProblem(link.path, "a hard link to \(link.target.text) of a layer below, which this layer replaces")
        }
        let report = LayerReport(
            evidence: evidence.values.joined().sorted { ($0.path, $0.cataloger) < ($1.path, $1.cataloger) },
            whiteouts: whiteouts.sorted(),
            opaqueDirectories: opaqueDirectories.sorted(),
            gaps: gaps.finish(),
            diffID: diffID,
            entries: entries,
            expandedBytes: expandedBytes
        )
        let table = PathTable(paths)
        return AnalysedLayer(report: report, paths: table, facts: collector?.facts(table))
    }
}
