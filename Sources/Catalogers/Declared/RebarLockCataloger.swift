import Bytes
import ScanModel

/// Erlang dependencies, from `rebar.lock` (rebar3 documentation, "Dependencies", Lock Files).
struct RebarLockCataloger: Cataloger {
    let name = "rebar-lock"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("rebar.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let terms = try? ErlangTerms.read(file.bytes.all) else {  // damage has one reason only
            return CatalogedFile(problem: "rebar.lock holds no Erlang terms")
        }
        // Since rebar3 3.0 the list stands in a tuple behind the format's version; before that it stood alone.
        let entries = terms.first.map { $0[0]?.text == nil ? $0.elements : $0[1]?.elements ?? [] } ?? []
        var packages = PackageRecords(.hex)
        for entry in entries {
            let source = entry[1]
            // A package has its version third; a checkout has what it refers to there, `{ref, "1f3c…"}`.
            packages.add(name: entry[0]?.text, version: source?[2]?.text ?? source?[2]?[1]?.text)
        }
        return packages.file
    }
}
