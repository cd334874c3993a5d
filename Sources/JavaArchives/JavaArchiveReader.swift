package import Bytes
import Zip

/// Finds the Java libraries in an archive: the archive itself, what was merged into it, and nested archives.
package enum JavaArchiveReader {
    /// Reads an archive that lies at `path`; never fails, but tells what could not be read.
    ///
    /// Artifacts without a name or a version are left out. The order is that of the central directory, an archive in
    /// front of what is in it. `eachArchive` is called with the virtual path and the bytes of every archive that is an artifact
    /// itself, while they are there: nested ones are not kept.
    package static func read(
        _ file: FileBytes,
        path: String,
        limits: JavaArchiveLimits = .init(),
        eachArchive: (_ virtualPath: String, _ archive: FileBytes) -> Void = { _, _ in }
    ) -> (artifacts: [JavaArtifact], problems: [String]) {
        var walk = JavaArchiveWalk(limits: limits)
        walk.visit(file, virtualPath: path, fileName: path, depth: 0, eachArchive)
        return (walk.artifacts, walk.problems)
    }
}
