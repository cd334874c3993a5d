import Bytes
import ScanModel
import TOML

/// Julia packages, from `Manifest.toml` in its formats 1 and 2 (Pkg.jl documentation, "Manifest.toml").
struct JuliaManifestCataloger: Cataloger {
    let name = "julia-manifest"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("Manifest.toml")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document = TOMLDocument.recover(file.bytes.all)
        // The second format has its entries in a table of their own.
        let isSecond = document.root["manifest_format"]?.string?.hasPrefix("2") == true
        let entries = isSecond ? document.root["deps"]?.table ?? TOMLTable() : document.root
        let juliaVersion = document.root["julia_version"]?.string
        var packages = PackageRecords(.julia)
        for name in entries.keys {
            for entry in entries[name]?.tables ?? [] where entry["uuid"] != nil {
                // Julia's own packages have the version of Julia, which the first format does not tell: they are no
                // dependency then, but a part of whatever Julia runs this.
                guard let version = entry["version"]?.string ?? juliaVersion else { continue }
                packages.add(name: name, version: version)
            }
        }
        var found = packages.file
        found.problems += document.problems.map { "Manifest.toml: \($0)" }
        return found
    }
}
