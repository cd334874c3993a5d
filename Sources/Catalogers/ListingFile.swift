import Bytes
import ScanModel

/// What lock files and other files that list many packages have in common.
enum ListingFile {
    /// Reads a file with `body`.
    static func read(
        _ file: EvidenceFile,
        _ type: PackageType,
        _ body: ([UInt8], inout PackageRecords) -> Void
    ) -> CatalogedFile {
        var packages = PackageRecords(type)
        body(file.bytes.all, &packages)
        return packages.file
    }

    /// Whether the file came with an installed npm package: such lock files speak of that package's own development.
    static func isInNodeModules(_ path: LayerPath) -> Bool {
        path.isBelow(directory: "node_modules")
    }
}
