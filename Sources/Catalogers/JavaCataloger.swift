import JavaArchives
import ScanModel

/// Java archives with all that is nested or shaded in them.
struct JavaCataloger: Cataloger {
    let name = "java"
    let version = 1
    let readsLargeFiles = true
    let selectors: [PathSelector] = [
        ".jar", ".war", ".ear", ".par", ".sar", ".nar", ".jpi", ".hpi", ".kar", ".far", ".lpkg", ".rar",
    ].map { .suffix($0) }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let path = "/" + file.path.text
        let read = JavaArchiveReader.read(file.bytes, path: path)
        found.problems = read.problems
        for artifact in read.artifacts where !artifact.version.isEmpty {
            let nested = artifact.virtualPath.hasPrefix(path) ? artifact.virtualPath.dropFirst(path.count) : ""
            let isPlugin = file.path.text.hasSuffix(".hpi") || file.path.text.hasSuffix(".jpi")
            found.packages.append(
                CatalogedPackage(
                    Package(
                        type: isPlugin && nested.isEmpty ? .jenkins : .java,
                        name: artifact.name,
                        version: artifact.version,
                        licenses: artifact.licenses.sorted(),
                        group: artifact.groupID
                    ),
                    virtualPath: nested.hasPrefix(":") ? String(nested.dropFirst()) : String(nested)
                )
            )
        }
        return found
    }
}
