import Bytes
import ScanModel

/// Packages in Conan 1's cache, from the path of each `conaninfo.txt` and the requirements that it lists in full (Conan 1
/// documentation, "conaninfo.txt").
struct ConanInfoCataloger: Cataloger {
    let name = "conan-info"
    let version = 1
    /// The folders are name, version, user, channel, `package` and the package's ID.
    let selectors: [PathSelector] = [.pattern("*/*/*/*/package/*/conaninfo.txt")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.conan)
        let parts = file.path.bytes.split(separator: UInt8(ascii: "/")).suffix(7).map {
            String(decoding: $0, as: UTF8.self)
        }
        if parts.count == 7 { packages.add(name: parts[0], version: parts[1]) }
        var isRequirement = false
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText
            if text.hasPrefix("[") {
                isRequirement = text == "[full_requires]"
            } else if isRequirement, !text.isEmpty, !text.hasPrefix("#") {
                let reference = ConanReference(text[...])
                packages.add(name: reference?.name, version: reference?.version)
            }
        }
        return packages.file
    }
}
