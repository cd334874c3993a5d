import Bytes
import ScanModel

/// Java libraries, from the `gradle.lockfile` of a project (Gradle User Manual, "Locking dependency versions"): a line
/// `group:name:version=configurations` for each.
struct GradleLockCataloger: Cataloger {
    let name = "gradle-lock"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("gradle.lockfile")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.java)
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText
            // `empty=` lists the configurations that have no dependency.
            guard !text.isEmpty, !text.hasPrefix("#"), !text.hasPrefix("empty=") else { continue }
            let coordinates = text.prefix { $0 != "=" }
            let parts = coordinates.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, PackageRecords.isSound(parts[0]) else {
                packages.addDamaged()
                continue
            }
            packages.add(name: parts[1], version: parts[2], group: parts[0])
        }
        return packages.file
    }
}
