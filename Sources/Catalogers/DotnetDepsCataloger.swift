import Bytes
import ScanModel

/// .NET packages, projects and runtime packs from the `*.deps.json` that is published beside a program (.NET runtime,
/// docs/design/features/host-components.md; SDK documentation, runtime-configuration-file.md).
struct DotnetDepsCataloger: Cataloger {
    let name = "dotnet-deps"
    let version = 2
    let selectors: [PathSelector] = [.pattern("*.deps.json")]

    /// A self-contained program names its runtime with this in front; advisories do not.
    private static let runtimePack = "runtimepack."
    /// More assemblies than any program has.
    private static let maxClaims = 100_000

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            var packages = PackageRecords(.dotnet)
            for (key, library) in document["libraries"]?.members ?? [] {
                // What a program was compiled against and does not ship.
                if library["type"]?.string?.lowercased() == "referenceassembly" { continue }
                let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                let name = parts.first.map {
                    $0.hasPrefix(Self.runtimePack) ? $0.dropFirst(Self.runtimePack.count) : $0
                }
                packages.add(name: name.map(String.init), version: parts.count == 2 ? String(parts[1]) : nil)
            }
            var found = packages.file
            found.ownerships = claims(document, file)
            return found
        } catch {
            return CatalogedFile(problem: "deps.json: \(error)")
        }
    }

    /// The assemblies beside the file that each package brings, so that what they say of themselves is not reported again.
    ///
    /// Publishing puts the assets of packages into the program's own folder, those of languages into one below it, and
    /// leaves those of runtimes where the package has them.
    private func claims(_ document: BoundedJSON, _ file: EvidenceFile) -> [Ownership] {
        guard let folder = file.path.parent else { return [] }
        var paths: [String: Set<LayerPath>] = [:]
        var count = 0
        for (key, library) in (document["targets"]?.members ?? []).flatMap(\.value.members) {
            let owner = String(key.prefix { $0 != "/" })
            for kind in ["runtime", "native", "compile", "resources", "runtimeTargets"] {
                for (asset, _) in library[kind]?.members ?? [] {
                    let parts = asset.split(separator: "/").map { Array($0.utf8) }
                    for part in [parts, Array(parts.suffix(kind == "resources" ? 2 : 1))] where count < Self.maxClaims {
                        let name = folder.bytes + [UInt8(ascii: "/")] + part.joined(separator: [UInt8(ascii: "/")])
                        guard let path = LayerPath(archiveName: name), file.isEvidence(path) else { continue }
                        if paths[owner, default: []].insert(path).inserted { count += 1 }
                    }
                }
            }
        }
        return paths.sorted { $0.key < $1.key }.map { Ownership(owner: $0.key, paths: $0.value.sorted()) }
    }
}
