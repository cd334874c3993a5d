import Bytes
import Foundation
import ScanModel

/// The files of Alpine packages, from apk's installed database: `F:` names a directory, `R:` a file in it, `a:` its owner and
/// mode, `Z:` its SHA-1 (apk-tools, apk_db_fdb_read).
///
/// What is below `etc` is protected there: apk expects it to be changed.
struct ApkListingCataloger: Cataloger {
    let name = "apk-listing"
    let version = 1
    let maxFileBytes = EvidenceBound.database
    let listsFilesOnly = true
    let namesPackages = false
    let selectors: [PathSelector] = [.pathSuffix("lib/apk/db/installed")]
    let withDigests: Bool

    private struct File {
        var name: [UInt8]
        var mode: UInt32?
        /// As it stands there.
        var digest: ArraySlice<UInt8>?
    }

    func catalog(_ evidence: EvidenceFile) -> CatalogedFile {
        var listing = FileListing(withDigests: withDigests)
        var owner = ""
        var directory: [UInt8] = []
        var file: File?
        func close() {
            guard let known = file else { return }
            file = nil
            listing.add(
                known.name,
                owner: owner,
                isConfiguration: known.name.starts(with: "etc/".utf8),
                mode: known.mode,
                digest: known.digest.flatMap(Self.digest)
            )
        }
        for line in TextLines(evidence.bytes.all) {
            guard line.count >= 2, line[line.startIndex + 1] == UInt8(ascii: ":") else {
                close()
                continue
            }
            let value = line.dropFirst(2).prefix(4096)
            switch line[line.startIndex] {
            case UInt8(ascii: "P"):
                close()
                owner = value.trimmedText
                directory = []
            case UInt8(ascii: "F"):
                close()
                directory = Array(value)
            case UInt8(ascii: "R"):
                close()
                file = File(name: directory.isEmpty ? Array(value) : directory + [UInt8(ascii: "/")] + value)
            case UInt8(ascii: "a"):
                file?.mode = value.split(separator: UInt8(ascii: ":")).last.flatMap {
                    UInt32(String(decoding: $0, as: UTF8.self), radix: 8)
                }
            case UInt8(ascii: "Z"): file?.digest = value
            default: break
            }
        }
        close()
        return listing.result
    }

    /// `Q1` and a SHA-1 in Base64; other letters are for other algorithms.
    private static func digest(_ value: ArraySlice<UInt8>) -> FileHash? {
        guard value.starts(with: "Q1".utf8), let bytes = Data(base64Encoded: Data(value.dropFirst(2))) else {
            return nil
        }
        return FileHash(.sha1, bytes: bytes)
    }
}
