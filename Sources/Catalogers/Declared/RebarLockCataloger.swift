import Bytes
import ScanModel

/// Erlang dependencies, from `rebar.lock` (rebar3 documentation, "Dependencies", Lock Files).
struct RebarLockCataloger: Cataloger {
    let name = "rebar-lock"
    let version = 2
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
            // Checkouts, such as `{git, "https://…", {ref, "1f3c…"}}`, are no packages of a registry.
            if let kind = source?[0]?.text, kind != "pkg" { continue }
            // The package may have another name than the application in it, which stands first.
            packages.add(name: source?[1]?.text ?? entry[0]?.text, version: source?[2]?.text)
        }
        return packages.file
    }
}
