import Bytes
import Zip

/// The state of one walk through an archive and the archives nested in it, with what is left of its bounds.
struct JavaArchiveWalk {
    private(set) var artifacts: [JavaArtifact] = []
    private(set) var problems: [String] = []

    private let limits: JavaArchiveLimits
    private var expandedBytes = 0
    private var metadataBytes = 0
    private var nestedArchives = 0

    private static let manifestPath = "META-INF/MANIFEST.MF"

    init(limits: JavaArchiveLimits) { self.limits = limits }

    mutating func visit(
        _ file: FileBytes,
        virtualPath: String,
        fileName: String,
        depth: Int,
        _ eachArchive: (String, FileBytes) -> Void
    ) {
        let archive: ZipArchive
        let name = JavaArchiveName(path: fileName)
        do throws(ZipError) {
            archive = try ZipArchive(file, limits: limits.zip)
        } catch {
            // Files of this name that are no archives are many, and no evidence of anything.
            if name.isPlainArchive, !file.hasBytes(Array("PK".utf8)) { return }
            report("\(virtualPath): \(error.message)")
            return
        }
        for problem in archive.problems { report("\(virtualPath): \(problem)") }
        if !name.isPlainArchive {
            let identity = readIdentity(of: archive, virtualPath: virtualPath, fileName: name)
            if add(identity, virtualPath: virtualPath) { eachArchive(virtualPath, file) }
        }
        for entry in archive.entries where !entry.isDirectory && JavaArchiveName.mayHoldArchives(entry.name) {
            let nestedPath = "\(virtualPath):\(entry.name)"
            guard depth < limits.maxDepth else {
                report("\(nestedPath): nested deeper than \(limits.maxDepth) archives")
                return
            }
            guard nestedArchives < limits.maxNestedArchives else {
                report("\(nestedPath): more than \(limits.maxNestedArchives) nested archives")
                return
            }
            nestedArchives += 1
            guard entry.name.utf8.count <= limits.maxFieldBytes else {
                report("\(virtualPath): path of a nested archive is longer than \(limits.maxFieldBytes) bytes")
                continue
            }
            guard let bytes = contents(of: entry, in: archive, maxBytes: limits.maxNestedBytes, at: virtualPath) else {
                continue
            }
            visit(FileBytes(bytes), virtualPath: nestedPath, fileName: entry.name, depth: depth + 1, eachArchive)
        }
    }

    private mutating func readIdentity(
        of archive: ZipArchive,
        virtualPath: String,
        fileName: JavaArchiveName
    ) -> ArchiveIdentity {
        var manifest: JavaManifest?
        var properties: [String: PomProperties] = [:]
        var projects: [String: PomProject] = [:]
        var seenProperties = 0
        var seenProjects = 0
        for entry in archive.entries where !entry.isDirectory {
            if manifest == nil, entry.name == Self.manifestPath {
                guard let bytes = metadata(of: entry, in: archive, at: virtualPath) else { continue }
                manifest = JavaManifest(bytes)
            } else if Self.isFile(entry.name, named: "pom.properties") {
                seenProperties += 1
                guard seenProperties <= limits.maxPomFiles,
                    let bytes = metadata(of: entry, in: archive, at: virtualPath)
                else { continue }
                properties[Self.folder(of: entry.name)] = PomProperties(bytes)
            } else if Self.isFile(entry.name, named: "pom.xml") {
                seenProjects += 1
                guard seenProjects <= limits.maxPomFiles,
                    let bytes = metadata(of: entry, in: archive, at: virtualPath)
                else { continue }
                let project = PomProject(bytes)
                projects[Self.folder(of: entry.name)] = project?.isDescribed == true ? project : nil
            }
        }
        if max(seenProperties, seenProjects) > limits.maxPomFiles {
            report("\(virtualPath): more than \(limits.maxPomFiles) Maven files, the rest is not read")
        }
        return ArchiveIdentity(
            fileName: fileName.ofBundle(manifest),
            manifest: manifest,
            properties: properties,
            projects: projects
        )
    }

    /// Adds what an archive is and what is merged into it; whether it is an artifact itself.
    private mutating func add(_ identity: ArchiveIdentity, virtualPath: String) -> Bool {
        if identity.isOnlyNamed { report("\(virtualPath): nothing in the archive says what it is") }
        let (main, shaded) = identity.resolve()
        let isArtifact = main.map { add($0, virtualPath: virtualPath, isShaded: false) } ?? false
        for library in shaded {
            let path = "\(virtualPath):\(library.groupID ?? ""):\(library.name)"
            _ = add(library, virtualPath: path, isShaded: true)
        }
        return isArtifact
    }

    private mutating func add(
        _ coordinates: ArchiveIdentity.Coordinates,
        virtualPath: String,
        isShaded: Bool
    ) -> Bool {
        guard !coordinates.name.isEmpty else { return false }
        let version = coordinates.version.flatMap { $0.isEmpty ? nil : $0 }
        // It is matched with nothing, which unsaid would pass for a clean archive.
        if version == nil { report("\(virtualPath): \(coordinates.name) states no version") }
        guard artifacts.count < limits.maxArtifacts else {
            report("\(virtualPath): more than \(limits.maxArtifacts) artifacts")
            return false
        }
        let fields = [coordinates.name, version ?? "", coordinates.groupID ?? ""]
        guard fields.allSatisfy({ $0.utf8.count <= limits.maxFieldBytes }) else {
            report("\(virtualPath): name, version or groupId is longer than \(limits.maxFieldBytes) bytes")
            return false
        }
        artifacts.append(
            JavaArtifact(
                name: coordinates.name,
                version: version,
                groupID: coordinates.groupID,
                virtualPath: virtualPath,
                isShaded: isShaded,
                isJenkinsPlugin: coordinates.isJenkinsPlugin,
                licenses: coordinates.licenses.filter { $0.utf8.count <= limits.maxFieldBytes }
            )
        )
        return true
    }

    /// Expands a manifest or a Maven file within what is left of the bytes for all of them.
    private mutating func metadata(of entry: ZipEntry, in archive: ZipArchive, at virtualPath: String) -> [UInt8]? {
        let left = max(0, limits.maxMetadataTotalBytes - metadataBytes)
        let limit = min(limits.maxMetadataBytes, left)
        guard let bytes = contents(of: entry, in: archive, maxBytes: limit, at: virtualPath) else { return nil }
        metadataBytes += bytes.count
        return bytes
    }

    /// Expands an entry within what is left of the whole walk's bytes; `nil` and a problem where that fails.
    private mutating func contents(
        of entry: ZipEntry,
        in archive: ZipArchive,
        maxBytes: Int,
        at virtualPath: String
    ) -> [UInt8]? {
        let left = max(0, limits.maxExpandedBytes - expandedBytes)
        do throws(ZipError) {
            let bytes = try archive.contents(of: entry, maxBytes: min(maxBytes, left))
            expandedBytes += bytes.count
            return bytes
        } catch {
            report("\(virtualPath): \(error.message)")
            return nil
        }
    }

    private mutating func report(_ problem: String) {
        if problems.count < limits.maxProblems { problems.append(problem) }
    }

    private static func isFile(_ path: String, named name: String) -> Bool {
        path == name || path.hasSuffix("/" + name)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
