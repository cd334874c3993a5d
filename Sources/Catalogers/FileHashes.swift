import Bytes
import Crypto
import ScanModel

extension FileBytes {
    /// The SHA-256 of the file, which documents state of a program.
    var sha256: [FileHash] {
        withUnsafeBytes { buffer in
            var hasher = SHA256()
            hasher.update(bufferPointer: buffer)
            return [FileHash(.sha256, bytes: hasher.finalize())].compactMap(\.self)
        }
    }

    /// The SHA-1 of the file, by which repositories of Java archives find one.
    var sha1: [FileHash] {
        withUnsafeBytes { buffer in
            var hasher = Insecure.SHA1()
            hasher.update(bufferPointer: buffer)
            return [FileHash(.sha1, bytes: hasher.finalize())].compactMap(\.self)
        }
    }
}
