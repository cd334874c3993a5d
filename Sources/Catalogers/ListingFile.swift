import Bytes
import ScanModel

/// What lock files and other files that list many packages have in common.
enum ListingFile {
    /// Larger files are not read: the largest lock files that projects have are some ten megabytes.
    static let maxBytes = 32 << 20

    /// Reads a file with `body`, unless it is too large.
    static func read(
        _ file: EvidenceFile,
        _ type: PackageType,
        _ body: ([UInt8], inout ListedPackages) -> Void
    ) -> CatalogedFile {
        var packages = ListedPackages(type)
        if file.bytes.count > maxBytes {
            packages.addProblem("\(file.bytes.count) bytes, more than the \(maxBytes >> 20) MiB that are read")
        } else {
            body(file.bytes.all, &packages)
        }
        return packages.finished()
    }

    /// Whether the file came with an installed npm package: such lock files speak of that package's own development.
    static func isInNodeModules(_ path: LayerPath) -> Bool {
        path.isBelow(directory: "node_modules")
    }
}
