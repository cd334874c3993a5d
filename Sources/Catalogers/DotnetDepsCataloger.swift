import Bytes
import ScanModel

/// .NET packages, projects and runtime packs from the `*.deps.json` that is published beside a program (.NET runtime,
/// docs/design/features/host-components.md; SDK documentation, runtime-configuration-file.md).
struct DotnetDepsCataloger: Cataloger {
    let name = "dotnet-deps"
    let version = 1
    let selectors: [PathSelector] = [.pattern("*.deps.json")]

    /// A self-contained program names its runtime with this in front; advisories do not.
    private static let runtimePack = "runtimepack."

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
            return packages.file
        } catch {
            return CatalogedFile(problem: "deps.json: \(error)")
        }
    }
}
