import Bytes
import Catalogers
import LayerScan
import ScanModel

#if canImport(Glibc)
    import Glibc
#endif

/// Analyses a directory as if it were the only layer of an image.
///
/// Links are not followed, other files than regular ones not opened, kernel file systems passed over. What cannot be
/// read becomes a coverage gap.
struct DirectoryScanner: Sendable {
    /// Bytes of one file that is read; files are read whole into memory.
    static let maxFileBytes: Int64 = 512 << 20
    /// Where a running system has the kernel's own file systems mounted.
    private static let kernelMounts: Set<LayerPath> = [LayerPath("proc"), LayerPath("sys"), LayerPath("dev")]

    let selection: EvidenceSelection
    /// Those of a layer, which hold for the tree as a whole.
    var limits = LayerScanLimits()

    /// Walks the tree in the order of its names; throws where `path` is no directory that can be read.
    func scan(_ path: String) throws -> AnalysedLayer {
        guard let root = LocalPath.resolved(path) else { throw LocalFile.failure(path) }
        var tree = Tree(
            root: root,
            selection: selection,
            limits: limits,
            budget: EvidenceBudget(maxBytes: limits.maxFoundBytes)
        )
        try tree.walk()
        return tree.finish()
    }

    private struct Tree {
        let root: String
        let selection: EvidenceSelection
        let limits: LayerScanLimits
        var entries = 0
        var pathsBytes: Int64 = 0
        var budget: EvidenceBudget
        var paths: [LayerPath: PathKind] = [:]
        var evidence: [Evidence] = []
        var gaps: Set<CoverageGap> = []

        mutating func walk() throws {
            // Directories still to be read, the next one last.
            var pending: [LayerPath] = [.root]
            while let directory = pending.popLast() {
                guard let names = DirectoryListing.names(in: place(directory)) else {
                    guard directory != .root else { throw LocalFile.failure(root) }
                    addGap(directory, "the directory cannot be read: \(String(cString: strerror(errno)))")
                    continue
                }
                var below: [LayerPath] = []
                for name in names {
                    let path = directory.appending(name)
                    guard isWithinBounds(path) else { return }
                    if let found = visit(path) { below.append(found) }
                }
                pending += below.reversed()
            }
        }

        /// Counts one entry more; false, with a gap, where that is one too many.
        private mutating func isWithinBounds(_ path: LayerPath) -> Bool {
            entries += 1
            guard entries <= limits.maxEntries else {
                addGap(.root, "more than \(limits.maxEntries) entries; the rest was not read")
                return false
            }
            pathsBytes += Int64(path.bytes.count)
            guard pathsBytes <= limits.maxPathsBytes else {
                addGap(.root, "paths of more than \(limits.maxPathsBytes) bytes; the rest was not read")
                return false
            }
            return true
        }

        /// Looks at one entry; returns it where it is a directory to go into.
        private mutating func visit(_ path: LayerPath) -> LayerPath? {
            guard path.bytes.count <= limits.maxPathBytes, path.partCount <= limits.maxPathParts else {
                addGap(.root, "a path of \(path.bytes.count) bytes and \(path.partCount) parts was passed over")
                return nil
            }
            var status = stat()
            guard DirectoryListing.status(of: place(path), &status) else { return nil }
            noteStandingEntry(path)
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                paths[path] = .directory
                return isKernelFileSystem(path, device: UInt(status.st_dev)) ? nil : path
            case S_IFREG:
                paths[path] = .file
                read(path, isExecutable: status.st_mode & 0o111 != 0)
            case S_IFLNK:
                paths[path] = .symlink
                if let target = DirectoryListing.target(of: place(path)),
                    let problem = selection.unreadDatabase(behind: path, to: target)
                {
                    addGap(path, problem)
                }
            default: paths[path] = .other
            }
            return nil
        }

        /// Notes an entry that says by its name what it is.
        private mutating func noteStandingEntry(_ path: LayerPath) {
            for (index, entry) in selection.standingEntries(at: path) where entry == path {
                catalog(entry, FileBytes([]), with: selection.catalogers[index], keepsEmpty: false)
            }
        }

        /// Whether the kernel makes up what a directory holds: no package was ever installed there.
        private func isKernelFileSystem(_ path: LayerPath, device: UInt) -> Bool {
            DirectoryScanner.kernelMounts.contains(path) && device != DirectoryListing.device(of: place(.root))
        }

        private mutating func read(_ path: LayerPath, isExecutable: Bool) {
            let byPath = selection.catalogers(for: path)
            let byMagic = selection.programCatalogers(for: path, hasExecutableBit: isExecutable)
            let mayBeMarked = selection.mayBeMarked(path, hasExecutableBit: isExecutable)
            guard !byPath.isEmpty || !byMagic.isEmpty || mayBeMarked else { return }
            do {
                let file = try LocalFile(text(path), followsLinks: false)
                var readers: [Int] = []
                if mayBeMarked || !byMagic.isEmpty {
                    let head = try file.read(at: 0, count: mayBeMarked ? LibraryMark.headBytes : 4)
                    readers = head.withUnsafeBytes {
                        selection.readers(of: $0, byMagic: byMagic, mayBeMarked: mayBeMarked)
                    }
                }
                guard !readers.isEmpty || !byPath.isEmpty else { return }
                let bound = (byPath + readers).map { selection.catalogers[$0].maxFileBytes }.max() ?? 0
                let bytes = FileBytes(try file.all(maxBytes: min(Int(DirectoryScanner.maxFileBytes), bound)))
                for index in byPath { catalog(path, bytes, with: selection.catalogers[index], keepsEmpty: true) }
                for index in readers where !byPath.contains(index) {
                    catalog(path, bytes, with: selection.catalogers[index], keepsEmpty: false)
                }
            } catch {
                addGap(path, "\(error)")
            }
        }

        private mutating func catalog(
            _ path: LayerPath,
            _ bytes: FileBytes,
            with cataloger: any Cataloger,
            keepsEmpty: Bool
        ) {
            let file = EvidenceFile(
                path: path,
                bytes: bytes,
                companions: companions(of: path, for: cataloger),
                isEvidence: { [selection] in selection.isEvidence($0) }
            )
            let found = cataloger.read(file)
            for problem in found.problems { addGap(path, problem) }
            guard keepsEmpty || !found.packages.isEmpty else { return }
            keep(Evidence(path: path, cataloger: cataloger.name, found: found))
        }

        private mutating func keep(_ item: Evidence) {
            let (kept, problem) = budget.take(item)
            if let problem { addGap(item.path, problem) }
            evidence.append(kept)
        }

        private func companions(of path: LayerPath, for cataloger: any Cataloger) -> [String: FileBytes] {
            var found: [String: FileBytes] = [:]
            for suffix in cataloger.companionSuffixes {
                let beside = LayerPath(clean: path.bytes + Array(suffix.utf8))
                // Most databases have no companion beside them.
                guard let file = try? LocalFile(text(beside), followsLinks: false),
                    let bytes = try? file.all(maxBytes: Int(DirectoryScanner.maxFileBytes))
                else { continue }
                found[suffix] = FileBytes(bytes)
            }
            return found
        }

        private mutating func addGap(_ path: LayerPath, _ reason: String) {
            guard gaps.count < limits.maxGaps else {
                gaps.insert(CoverageGap(path: "", reason: "more gaps are not listed"))
                return
            }
            gaps.insert(CoverageGap(path: path.text, reason: String(reason.prefix(500))))
        }

        /// The path on this machine, as bytes that end in NUL.
        private func place(_ path: LayerPath) -> [CChar] {
            (Array(root.utf8) + (path == .root ? [] : [UInt8(ascii: "/")] + path.bytes) + [0]).map {
                CChar(bitPattern: $0)
            }
        }

        private func text(_ path: LayerPath) -> String { root + "/" + path.text }

        func finish() -> AnalysedLayer {
            AnalysedLayer(
                report: LayerReport(
                    evidence: evidence.sorted { ($0.path, $0.cataloger) < ($1.path, $1.cataloger) },
                    whiteouts: [],
                    opaqueDirectories: [],
                    gaps: gaps.sorted(),
                    diffID: nil,
                    entries: entries,
                    expandedBytes: 0
                ),
                paths: PathTable(paths)
            )
        }
    }
}
