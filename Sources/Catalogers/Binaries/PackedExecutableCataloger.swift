import Bytes
import ScanModel

/// Executables that were packed with UPX: what they are stands in them compressed, so that nothing is found.
struct PackedExecutableCataloger: Cataloger {
    let name = "packed-executable"
    let version = 1
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.executable]

    /// UPX puts its own header behind those of the format; in PE files behind the section table.
    private static let headBytes = 4096
    /// A Go or C program may name UPX, but not in its first bytes.
    private static let marks = ["UPX!", "UPX0", "UPX1"].map { Array($0.utf8) }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let head = FileBytes(file.bytes.bytes(at: 0, count: min(Self.headBytes, file.bytes.count)) ?? [])
        if Self.marks.contains(where: { head.firstOffset(of: $0) != nil }) {
            found.problems = ["packed executable: nothing in it was read"]
        }
        return found
    }
}
