import Bytes
import ScanModel

/// .NET packages, projects and runtime packs from the `*.deps.json` that is published beside a program (.NET runtime,
/// docs/design/features/host-components.md; SDK documentation, runtime-configuration-file.md).
struct DotnetDepsCataloger: Cataloger {
    let name = "dotnet-deps"
    let version = 4
    let selectors: [PathSelector] = [.pattern("*.deps.json")]

    /// A self-contained program names its runtime with this in front; advisories do not.
    private static let runtimePack = "runtimepack."
    /// The kinds of files that a package brings.
    private static let kinds = ["runtime", "native", "compile", "resources", "runtimeTargets"]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            return Self.read(try BoundedJSON(file.bytes), of: file, claiming: Self.kinds)
        } catch {
            return CatalogedFile(problem: "deps.json: \(error)")
        }
    }

    /// What a `deps.json` lists that is `file`, or stands in it; of these kinds are the packages' files beside it.
    static func read(_ document: BoundedJSON, of file: EvidenceFile, claiming kinds: [String]) -> CatalogedFile {
        var packages = PackageRecords(.dotnet)
        let framework = DotnetFramework(document)
        for (key, library) in document["libraries"]?.members ?? [] {
            // What a program was compiled against and does not ship.
            if library["type"]?.string?.lowercased() == "referenceassembly" { continue }
            if let framework, framework.replaces(key, library) { continue }
            let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts.first.map { $0.hasPrefix(runtimePack) ? $0.dropFirst(runtimePack.count) : $0 }
            packages.add(name: name.map(String.init), version: parts.count == 2 ? String(parts[1]) : nil)
        }
        var found = packages.file
        claims(document, file, kinds).add(to: &found)
        return found
    }

    /// The assemblies beside the file that each package brings, so that what they say of themselves is not reported again.
    ///
    /// Publishing puts the assets of packages into the program's own folder, those of languages into one below it, and
    /// leaves those of runtimes where the package has them.
    private static func claims(_ document: BoundedJSON, _ file: EvidenceFile, _ kinds: [String]) -> OwnedPaths {
        let slash = UInt8(ascii: "/")
        var owned = OwnedPaths(of: file)
        guard let folder = file.path.parent else { return owned }
        for (key, library) in (document["targets"]?.members ?? []).flatMap(\.value.members) {
            let owner = String(key.prefix { $0 != "/" })
            for kind in kinds {
                for (asset, _) in library[kind]?.members ?? [] where !owned.isFull {
                    let parts = asset.split(separator: "/").map { Array($0.utf8) }
                    for part in [parts, Array(parts.suffix(kind == "resources" ? 2 : 1))] {
                        let name = folder.bytes + [slash] + part.joined(separator: [slash])
                        owned.add(name, owner: owner)
                    }
                }
            }
        }
        return owned
    }
}
