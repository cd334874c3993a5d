import Catalogers
import ScanModel

extension CatalogedFile {
    /// What a package takes in memory, by estimate, beside texts that may be long.
    static let packageBytes = 300

    /// Bytes that the packages and what they own take, by estimate.
    var memoryBytes: Int {
        var bytes = 0
        for package in packages {
            bytes += Self.packageBytes + package.virtualPath.utf8.count
            bytes += package.package.licenses.reduce(0) { $0 + $1.utf8.count }
        }
        for ownership in ownerships {
            bytes += Self.packageBytes + ownership.paths.reduce(0) { $0 + $1.bytes.count }
        }
        return bytes
    }
}
