import Bytes
import ScanModel
import TOML

/// Rust crates, from `Cargo.lock` (The Cargo Book, "Cargo.toml vs Cargo.lock").
struct CargoLockCataloger: Cataloger {
    let name = "cargo-lock"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("Cargo.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document = TOMLDocument.recover(file.bytes.all)
        var crates = PackageRecords(.rust)
        for entry in document.root["package"]?.tables ?? [] {
            crates.add(name: entry["name"]?.string, version: entry["version"]?.string)
        }
        var found = crates.file
        found.problems += document.problems.map { "Cargo.lock: \($0)" }
        return found
    }
}
