import Bytes
import ScanModel

/// NuGet packages, from `packages.lock.json` (NuGet documentation, "PackageReference in project files", Locking).
struct NuGetLockCataloger: Cataloger {
    let name = "nuget-lock"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("packages.lock.json")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            var packages = PackageRecords(.dotnet)
            for framework in try BoundedJSON(file.bytes)["dependencies"]?.members ?? [] {
                for (name, entry) in framework.value.members where entry["type"]?.string?.lowercased() != "project" {
                    // The SHA-512 of the archive, in base64.
                    let hashes = entry["contentHash"]?.string.map { FileHash.all(integrity: "sha512-\($0)") }
                    packages.add(name: name, version: entry["resolved"]?.string, hashes: hashes ?? [])
                }
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "packages.lock.json: \(error)")
        }
    }
}
