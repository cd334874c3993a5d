import ScanModel

extension Catalogers {
    /// The catalogers that read package databases for the files of packages, which verification compares with the image.
    ///
    /// Digests are left out unless they are wanted: they are most of such a list, and nothing else compresses as badly.
    package static func listing(withDigests: Bool) -> [any Cataloger] {
        [
            DpkgListingCataloger(withDigests: withDigests), ApkListingCataloger(withDigests: withDigests),
            RPMListingCataloger(withDigests: withDigests),
        ]
    }
}

/// The files of packages out of one database, in bounds.
struct FileListing {
    /// Files of all packages of one database.
    private static let maxFiles = 500_000
    private static let maxPathBytes = 4096

    private let withDigests: Bool
    private var byOwner: [String: [PackagedFile]] = [:]
    private var count = 0
    private var isCut = false

    init(withDigests: Bool) { self.withDigests = withDigests }

    /// Adds a file by the name that the database has for it; one that leads out of the image is passed over.
    ///
    /// `digest` is asked for only where digests are wanted: to make one costs as much as the rest of the line.
    mutating func add(
        _ name: some Collection<UInt8>,
        owner: String,
        isConfiguration: Bool = false,
        mode: UInt32? = nil,
        size: Int64? = nil,
        digest: @autoclosure () -> FileHash? = nil
    ) {
        guard count < Self.maxFiles else {
            isCut = true
            return
        }
        guard !owner.isEmpty, name.count <= Self.maxPathBytes, let path = LayerPath(archiveName: Array(name)),
            path != .root
        else { return }
        count += 1
        byOwner[owner, default: []].append(
            PackagedFile(
                path: path,
                isConfiguration: isConfiguration,
                mode: mode,
                size: size,
                digest: withDigests ? digest() : nil
            )
        )
    }

    /// What was listed, by the owner's name.
    var result: CatalogedFile {
        var found = CatalogedFile()
        found.packaged = byOwner.sorted { $0.key < $1.key }.map { PackagedFiles(owner: $0.key, files: $0.value) }
        if isCut { found.problems.append("only \(Self.maxFiles) files of packages are listed for verification") }
        return found
    }
}
