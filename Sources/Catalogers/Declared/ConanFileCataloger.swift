import Bytes
import ScanModel

/// C and C++ dependencies that a `conanfile.txt` asks for by version (Conan documentation, "conanfile.txt").
struct ConanFileCataloger: Cataloger {
    let name = "conanfile"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("conanfile.txt")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.conan)
        var isRequirement = false
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText
            // A version in brackets is a range, and stands behind a name and a slash.
            if text.hasPrefix("[") {
                isRequirement = text.hasPrefix("[requires]")
            } else if isRequirement, !text.hasPrefix("#"), !text.contains("["),
                let reference = ConanReference(text[...])
            {
                packages.add(name: reference.name, version: reference.version)
            }
        }
        return packages.file
    }
}
