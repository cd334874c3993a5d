import Bytes
import ScanModel
import TOML

/// Rust crates, from `Cargo.lock` (The Cargo Book, "Cargo.toml vs Cargo.lock").
struct CargoLockCataloger: Cataloger {
    let name = "cargo-lock"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("Cargo.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document = TOMLDocument.recover(file.bytes.all)
        var crates = PackageRecords(.rust)
        for entry in document.root["package"]?.tables ?? [] {
            let hash = entry["checksum"]?.string.flatMap { FileHash(.sha256, hex: $0) }
            crates.add(
                name: entry["name"]?.string,
                version: entry["version"]?.string,
                hashes: [hash].compactMap(\.self)
            )
        }
        var found = crates.file
        found.problems += document.problems.map { "Cargo.lock: \($0)" }
        return found
    }
}
