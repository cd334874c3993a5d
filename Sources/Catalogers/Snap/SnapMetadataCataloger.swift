import Bytes
import ScanModel
import YAML

/// Installed snaps, from the `meta/snap.yaml` that each has (Snapcraft, "The snap format").
struct SnapMetadataCataloger: Cataloger {
    let name = "snap"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("meta/snap.yaml")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document: YAMLNode
        do { document = try YAMLReader.parse(file.bytes.all) } catch {
            return CatalogedFile(problem: "snap.yaml: \(error)")
        }
        var packages = SnapPackages()
        packages.addSnap(
            name: document["name"]?.string,
            version: document["version"]?.string,
            arch: document["architectures"]?.strings.first
        )
        return packages.file
    }
}
