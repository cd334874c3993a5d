import Bytes
import ScanModel

/// The files of Debian packages, from dpkg's `info/*.md5sums` and `info/*.conffiles` (deb-conffiles(5)) and from distroless'
/// `status.d/*.md5sums`.
struct DpkgListingCataloger: Cataloger {
    let name = "dpkg-listing"
    let version = 2
    let maxFileBytes = EvidenceBound.database
    let listsFilesOnly = true
    let namesPackages = false
    let selectors: [PathSelector] = DpkgFolder.all.flatMap {
        [
            .directory("\($0)/info", suffix: ".md5sums"), .directory("\($0)/info", suffix: ".conffiles"),
            .directory("\($0)/status.d", suffix: ".md5sums"),
        ]
    }
    let withDigests: Bool

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var listing = FileListing(withDigests: withDigests)
        let fileName = String(decoding: file.path.name, as: UTF8.self)
        let isConfiguration = fileName.hasSuffix(".conffiles")
        let stem = fileName.dropLast(isConfiguration ? 10 : 8)
        let owner = String(stem.prefix { $0 != ":" })
        for line in TextLines(file.bytes.all) {
            if isConfiguration {
                // `remove-on-upgrade /etc/x` is of a file that is to go.
                guard line.first == UInt8(ascii: "/") else { continue }
                listing.add(line, owner: owner, isConfiguration: true)
            } else {
                // The digest, two blanks, the path.
                guard line.count > 34, line.prefix(32).allSatisfy(Hex.isDigit) else { continue }
                listing.add(
                    line.dropFirst(34),
                    owner: owner,
                    digest: FileHash(.md5, hex: String(decoding: line.prefix(32), as: UTF8.self))
                )
            }
        }
        return listing.result
    }
}
