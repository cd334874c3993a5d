import Bytes
import ScanModel

/// Dart dependencies, from `pubspec.lock` (Dart documentation, "Glossary of package terms", Lockfile).
struct PubspecLockCataloger: Cataloger {
    let name = "pubspec-lock"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("pubspec.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            var packages = PackageRecords(.dart)
            for (name, entry) in try BoundedYAML(file.bytes)["packages"]?.members ?? [] {
                let hash = entry["description"]?["sha256"]?.string.flatMap { FileHash(.sha256, hex: $0) }
                packages.add(name: name, version: entry["version"]?.string, hashes: [hash].compactMap(\.self))
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "pubspec.lock: \(error)")
        }
    }
}
