import Bytes
import Codecs
import Executables
import ScanModel

/// Crates compiled into executables by cargo-auditable: JSON, compressed with zlib, in the section `.dep-v0`
/// (cargo-auditable, PARSING.md).
struct RustBinaryCataloger: Cataloger {
    let name = "rust-binary"
    let version = 2
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.executable]

    private static let section = ".dep-v0"
    /// The format's own advice on how much to inflate; real programs have some 100 KB.
    private static let maxInflatedBytes = 8 << 20

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var crates = PackageRecords(.rust)
        var problems: [String] = []
        for base in ExecutableImage.offsets(in: file.bytes) {
            guard
                let range = ExecutableImage.read(file.bytes, at: base, wanted: [Self.section])?
                    .sections[Self.section]?.fileRange,
                let compressed = file.bytes.bytes(at: range.lowerBound, count: range.count)
            else { continue }
            do {
                let json = try Zlib.decompress(compressed, maxBytes: Self.maxInflatedBytes)
                for package in try BoundedJSON(json)["packages"]?.elements ?? [] {
                    // Build and development dependencies are not in the program.
                    guard package["kind"]?.string ?? "runtime" == "runtime" else { continue }
                    crates.add(name: package["name"]?.string, version: package["version"]?.string)
                }
            } catch {
                problems.append("the list of Rust crates cannot be read: \(error)")
            }
        }
        var found = crates.file
        found.problems += problems
        return found
    }
}
