import Bytes
import ScanModel

/// Formulae installed by Homebrew, from the copy of each that stands in its folder of the Cellar (Homebrew documentation,
/// "Formula Cookbook", Homebrew terminology).
struct HomebrewCataloger: Cataloger {
    let name = "homebrew"
    let version = 1
    /// The folders are name, version and `.brew`.
    let selectors: [PathSelector] = [.pattern("Cellar/*/*/.brew/*.rb")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // The formula is Ruby; the folders say all that is needed.
        let parts = file.path.bytes.split(separator: UInt8(ascii: "/")).suffix(4).map {
            String(decoding: $0, as: UTF8.self)
        }
        var formulae = PackageRecords(.homebrew)
        if parts.count == 4 { formulae.add(name: parts[0], version: parts[1]) }
        return formulae.file
    }
}
