import Bytes
import ScanModel

/// Gems by the gemspecs in their own sources, as in checkouts that Bundler makes of a repository.
///
/// Most of them compute their version: those are passed over in silence, as their folder names no release.
struct GemspecCataloger: Cataloger {
    let name = "gemspec"
    let version = 2
    let selectors: [PathSelector] = [.suffix(".gemspec")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // An installed gem has its gemspec there, which counts in images too.
        guard !file.path.isBelow(directory: "specifications") else { return CatalogedFile() }
        var found = GemCataloger().catalog(file)
        found.problems = []
        return found
    }
}
