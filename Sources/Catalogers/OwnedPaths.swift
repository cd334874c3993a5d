import ScanModel

/// Gathers which files packages own, of those that are evidence themselves, in bounds.
///
/// A database names a folder once for all files in it, so that a small one can stand for gigabytes of paths.
struct OwnedPaths {
    /// Files and bytes of their paths that are kept: many times what images have of files that name packages.
    private static let maxPaths = 100_000
    private static let maxBytes = 32 << 20
    /// Bytes of all paths that are looked at; those of large images have some ten megabytes.
    private static let maxBytesSeen = 256 << 20

    private let isEvidence: @Sendable (LayerPath) -> Bool
    private var byOwner: [String: Set<LayerPath>] = [:]
    private var count = 0
    private var bytes = 0
    private var bytesSeen = 0
    /// Whether a bound was reached: what comes now is not noted.
    private(set) var isFull = false

    init(of file: EvidenceFile) { isEvidence = file.isEvidence }

    /// Notes that `owner` has the file that a database names like this, unless nobody would ask.
    mutating func add(_ name: [UInt8], owner: String) {
        guard !isFull else { return }
        bytesSeen += name.count
        guard bytesSeen <= Self.maxBytesSeen else {
            isFull = true
            return
        }
        guard let path = LayerPath(archiveName: name), isEvidence(path) else { return }
        guard count < Self.maxPaths, path.bytes.count <= Self.maxBytes - bytes else {
            isFull = true
            return
        }
        guard byOwner[owner, default: []].insert(path).inserted else { return }
        count += 1
        bytes += path.bytes.count
    }

    /// Puts what was noted into `file`, by the owner's name.
    func add(to file: inout CatalogedFile) {
        file.ownerships = byOwner.sorted { $0.key < $1.key }
            .map { Ownership(owner: $0.key, paths: $0.value.sorted()) }
        if isFull { file.problems.append("only \(count) files of packages are noted") }
    }
}
