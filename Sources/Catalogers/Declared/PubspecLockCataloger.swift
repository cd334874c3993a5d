import ScanModel
import YAML

/// Dart dependencies, from `pubspec.lock` (Dart documentation, "Glossary of package terms", Lockfile).
struct PubspecLockCataloger: Cataloger {
    let name = "pubspec-lock"
    let version = 3
    let selectors: [PathSelector] = [.pathSuffix("pubspec.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            var packages = PackageRecords(.dart)
            for entry in try file.yamlMapping()["packages"]?.entries ?? [] {
                let hash = entry.value["description"]?["sha256"]?.string.flatMap { FileHash(.sha256, hex: $0) }
                packages.add(
                    name: entry.key,
                    version: entry.value["version"]?.string,
                    hashes: [hash].compactMap(\.self)
                )
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "pubspec.lock: \(error)")
        }
    }
}
