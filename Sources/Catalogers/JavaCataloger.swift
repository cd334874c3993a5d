import JavaArchives
import ScanModel

/// Java archives with all that is nested or shaded in them, and the Java archives in plain ones.
struct JavaCataloger: Cataloger {
    let name = "java"
    let version = 12
    let maxFileBytes = EvidenceBound.binary
    let isCostly = true
    /// All that are read where they are nested, and plain ones.
    let selectors: [PathSelector] = JavaArchiveName.extensions.union(["zip"]).sorted().map { .suffix("." + $0) }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let path = "/" + file.path.text
        var hashes: [String: [FileHash]] = [:]
        let read = JavaArchiveReader.read(file.bytes, path: path) { hashes[$0] = $1.sha1 + $1.sha256 }
        found.problems = read.problems
        for artifact in read.artifacts {
            let nested = artifact.virtualPath.hasPrefix(path) ? artifact.virtualPath.dropFirst(path.count) : ""
            let isPlugin = nested.isEmpty && [".hpi", ".jpi"].contains { file.path.text.hasSuffix($0) }
            found.packages.append(
                CatalogedPackage(
                    Package(
                        type: .java,
                        name: artifact.name,
                        version: artifact.version ?? Package.unknownVersion,
                        licenses: artifact.licenses.sorted(),
                        // A plugin that states no group has that of the plugins Jenkins publishes.
                        group: artifact.groupID ?? (isPlugin ? "org.jenkins-ci.plugins" : nil),
                        hashes: artifact.isShaded ? [] : hashes[artifact.virtualPath] ?? []
                    ),
                    virtualPath: nested.hasPrefix(":") ? String(nested.dropFirst()) : String(nested)
                )
            )
        }
        return found
    }
}
