import Bytes
import ScanModel
import YAML

/// What a snap was built from, out of the manifest that Snapcraft puts into it (Snapcraft, "Snapcraft manifest"), and
/// out of the list of packages in base snaps.
struct SnapManifestCataloger: Cataloger {
    let name = CatalogerName.snapManifest
    let version = 1
    let selectors: [PathSelector] = [
        .pathSuffix("snap/manifest.yaml"), .pathSuffix("usr/share/snappy/dpkg.yaml"),
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document: YAMLNode
        do { document = try YAMLReader.parse(file.bytes.all) } catch {
            return CatalogedFile(problem: "\(file.path.name.trimmedText): \(error)")
        }
        var packages = SnapPackages()
        if file.path.name.elementsEqual("manifest.yaml".utf8) {
            // Other software has files of this name.
            guard document["snapcraft-version"] != nil || document["primed-stage-packages"] != nil else {
                return CatalogedFile()
            }
            packages.addSnap(
                name: document["name"]?.string,
                version: document["version"]?.string,
                arch: document["architectures"]?.strings.first
            )
            document["primed-stage-packages"]?.strings.forEach { packages.addStaged($0) }
        } else {
            document["packages"]?.strings.forEach { packages.addStaged($0) }
        }
        return packages.file
    }
}
