import Bytes
import Crypto
import ScanModel

extension FileBytes {
    /// The SHA-256 of the file, which documents state of a program.
    var sha256: [FileHash] {
        var hasher = SHA256()
        forEachPiece { hasher.update(bufferPointer: $0) }
        return [FileHash(.sha256, bytes: hasher.finalize())].compactMap(\.self)
    }

    /// The SHA-1 of the file, by which repositories of Java archives find one.
    var sha1: [FileHash] {
        var hasher = Insecure.SHA1()
        forEachPiece { hasher.update(bufferPointer: $0) }
        return [FileHash(.sha1, bytes: hasher.finalize())].compactMap(\.self)
    }
}
