import Bytes
import RPMDatabase
import ScanModel

/// The files of RPM packages, from the databases that ``RPMCataloger`` reads.
struct RPMListingCataloger: Cataloger {
    let name = "rpm-listing"
    let version = 2
    let listsFilesOnly = true
    let namesPackages = false
    let maxFileBytes = EvidenceBound.binary
    let companionSuffixes = ["-wal"]
    let selectors = RPMCataloger().selectors
    let withDigests: Bool

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard file.bytes.count > 0,
            // A database that cannot be read at all is told by the cataloger of packages.
            let contents = try? RPMDatabase.read(file.bytes, wal: file.companions["-wal"], withFileDetails: true)
        else { return CatalogedFile() }
        var listing = FileListing(withDigests: withDigests)
        for package in contents.packages {
            for (path, details) in zip(package.files, package.fileDetails) where details.isExpected {
                listing.add(
                    Array(path.utf8),
                    owner: package.name,
                    isConfiguration: details.isConfiguration,
                    mode: details.mode.flatMap { UInt32(exactly: $0) },
                    size: details.size.flatMap { Int64(exactly: $0) },
                    digest: details.digest.flatMap { Self.hash($0) }
                )
            }
        }
        var found = listing.result
        found.problems += contents.problems
        return found
    }

    /// The length tells the algorithm, of those that there are.
    private static func hash(_ hex: String) -> FileHash? {
        switch hex.utf8.count {
        case 32: FileHash(.md5, hex: hex)
        case 40: FileHash(.sha1, hex: hex)
        case 64: FileHash(.sha256, hex: hex)
        default: nil
        }
    }
}
