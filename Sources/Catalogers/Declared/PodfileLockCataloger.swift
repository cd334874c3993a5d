import ScanModel
import YAML

/// CocoaPods dependencies with their subspecs, from `Podfile.lock` (CocoaPods Guides, "Using CocoaPods", Podfile.lock).
struct PodfileLockCataloger: Cataloger {
    let name = "podfile-lock"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("Podfile.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            var packages = PackageRecords(.pod)
            for pod in try file.yamlMapping()["PODS"]?.elements ?? [] {
                // A pod with dependencies is the key of a map with them.
                let text = pod.string ?? pod.entries.first?.key ?? ""
                let parts = text.split(separator: " ")
                guard parts.count == 2, parts[1].first == "(", parts[1].last == ")" else {
                    packages.addDamaged()
                    continue
                }
                packages.add(name: String(parts[0]), version: String(parts[1].dropFirst().dropLast()))
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "Podfile.lock: \(error)")
        }
    }
}
