import Bytes
import ScanModel

/// Packages of conda environments: one JSON file each in `conda-meta` (conda documentation, "Environments").
struct CondaCataloger: Cataloger {
    let name = "conda"
    let version = 2
    let selectors: [PathSelector] = [.directory("conda-meta", suffix: ".json")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            var packages = PackageRecords(.conda)
            packages.add(
                name: document["name"]?.string,
                version: document["version"]?.string,
                licenses: [document["license"]?.string].compactMap(\.self),
                hashes: [FileHash.Algorithm.md5, .sha256].compactMap { algorithm in
                    document[algorithm.rawValue]?.string.flatMap { FileHash(algorithm, hex: $0) }
                }
            )
            return packages.file
        } catch {
            return CatalogedFile(problem: "conda metadata: \(error)")
        }
    }
}
