import Crypto
import ScanModel

/// The digests of every regular file.
struct DigestAnalyzer: FileAnalyzer {
    let name = "file-digests"
    /// Whether SHA-1 and MD5 are computed, too, with which package databases describe files.
    let isWeakWanted: Bool

    func makeReading() -> any FileReading { Reading(isWeakWanted: isWeakWanted) }

    private final class Reading: FileReading {
        private let isWeakWanted: Bool
        private var sha256 = SHA256()
        private var sha1 = Insecure.SHA1()
        private var md5 = Insecure.MD5()

        init(isWeakWanted: Bool) { self.isWeakWanted = isWeakWanted }

        func begins(_: ExaminedFile) -> Bool {
            sha256 = SHA256()
            if isWeakWanted {
                sha1 = Insecure.SHA1()
                md5 = Insecure.MD5()
            }
            return true
        }

        func consume(_ bytes: UnsafeRawBufferPointer) {
            sha256.update(bufferPointer: bytes)
            guard isWeakWanted else { return }
            sha1.update(bufferPointer: bytes)
            md5.update(bufferPointer: bytes)
        }

        func finish(into result: inout FileResult) {
            result.digests = FileDigests(
                sha256: Array(sha256.finalize()),
                sha1: isWeakWanted ? Array(sha1.finalize()) : [],
                md5: isWeakWanted ? Array(md5.finalize()) : []
            )
        }
    }
}
