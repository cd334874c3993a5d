import ScanModel
import YAML

/// Haskell dependencies, from what a `stack.yaml` asks for besides its snapshot and what Stack locked of it (Stack
/// documentation, "Lock files", "extra-deps").
struct StackCataloger: Cataloger {
    let name = "stack"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("stack.yaml"), .pathSuffix("stack.yaml.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try file.yamlMapping()
            var packages = PackageRecords(.hackage)
            for entry in document["packages"]?.elements ?? [] {
                guard let identifier = entry["completed"]?["hackage"]?.string else { continue }
                add(identifier, to: &packages)
            }
            for entry in document["extra-deps"]?.elements ?? [] {
                // Archives, checkouts and folders are no packages of Hackage.
                if let identifier = entry.string, !identifier.contains("/"), !identifier.hasPrefix(".") {
                    add(identifier, to: &packages)
                }
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "stack: \(error)")
        }
    }

    /// `name-version@sha256:…,size`.
    private func add(_ identifier: String, to packages: inout PackageRecords) {
        let bare = identifier.prefix { $0 != "@" }
        guard let hyphen = bare.lastIndex(of: "-") else { return packages.addDamaged() }
        packages.add(name: String(bare[..<hyphen]), version: String(bare[bare.index(after: hyphen)...]))
    }
}
