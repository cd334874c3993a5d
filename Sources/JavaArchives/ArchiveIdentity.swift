/// What one archive is, and what was merged into it, from its metadata files; nested archives are not looked at.
struct ArchiveIdentity {
    let fileName: JavaArchiveName
    /// `nil` where there is none.
    let manifest: JavaManifest?
    /// By the folder they are in.
    let properties: [String: PomProperties]
    let projects: [String: PomProject]

    struct Coordinates: Equatable {
        var name: String
        var version: String?
        var groupID: String?
        var licenses: [String]
        var isJenkinsPlugin: Bool
    }

    /// The archive itself, then the libraries merged into it.
    ///
    /// Without a manifest the Maven files alone speak; without either an archive has no identity, since its file name
    /// is no evidence. Of an archive that instruments other libraries nothing is reported.
    func resolve() -> (main: Coordinates?, shaded: [Coordinates]) {
        if manifest == nil, properties.isEmpty, !isNamedByProject { return (nil, []) }
        if manifest?.isInstrumentation == true { return (nil, []) }
        let manifest = manifest ?? JavaManifest()
        let match = bestMatch()
        let name = match.properties?.artifactID ?? match.project?.artifactID ?? nameFromFile(manifest)
        let version = match.properties?.version ?? match.project?.version ?? fileName.version ?? manifest.version
        var main = Coordinates(
            name: name,
            version: version,
            groupID: nil,
            licenses: manifest.licenses,
            isJenkinsPlugin: ["jpi", "hpi"].contains(fileName.fileExtension)
        )
        if main.licenses.isEmpty { main.licenses = match.project?.licenses ?? [] }

        var mainProperties: PomProperties?
        var shaded: [Coordinates] = []
        for (folder, found) in properties.sorted(by: { $0.key < $1.key }) {
            if found.artifactID == main.name {
                main.version = found.version
                if mainProperties == nil { mainProperties = found }
                continue
            }
            let project = projects[folder]
            shaded.append(
                Coordinates(
                    name: found.artifactID,
                    version: found.version,
                    groupID: MavenGroup.of(
                        name: found.artifactID,
                        properties: found,
                        project: project,
                        manifest: nil
                    ),
                    licenses: project?.licenses ?? [],
                    isJenkinsPlugin: found.isJenkinsPlugin
                )
            )
        }
        main.groupID = MavenGroup.of(
            name: main.name,
            properties: mainProperties,
            project: match.project,
            fileName: fileName.name,
            manifest: manifest
        )
        if mainProperties?.isJenkinsPlugin == true { main.isJenkinsPlugin = true }
        return (main, shaded)
    }

    /// Whether the file's name is all that tells what this archive is, so that nothing is reported.
    var isOnlyNamed: Bool {
        manifest == nil && properties.isEmpty && !isNamedByProject && fileName.version != nil
    }

    /// Where Maven leaves the files of what it built: `META-INF/maven/<groupId>/<artifactId>`, in a web application or
    /// a Spring Boot archive also below its classes.
    ///
    /// Maven files elsewhere may be anything: templates, the POM that all others inherit, an archetype's resources.
    static func isMavenFolder(_ folder: String) -> Bool {
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.suffix(4).starts(with: ["META-INF", "maven"]), parts.count >= 4 else { return false }
        return [[], ["WEB-INF", "classes"], ["BOOT-INF", "classes"]].contains(Array(parts.dropLast(4)))
    }

    /// The projects in Maven's folders; in one of a few parts more or less, what the file's name confirms.
    private var ownProjects: [PomProject] {
        projects.filter { folder, project in
            Self.isMavenFolder(folder)
                || folder.hasPrefix("META-INF/maven/") && project.artifactID == fileName.name
        }.map(\.value)
    }

    /// Whether Maven's only file is a `pom.xml` of what the file's name says.
    private var isNamedByProject: Bool {
        let projects = ownProjects
        return properties.isEmpty && projects.count == 1 && projects[0].artifactID == fileName.name
    }

    /// The Maven files that name this archive.
    ///
    /// The artifactId equals the file's name, or else one begins with or ends like the other; a `pom.properties` beside
    /// a `pom.xml` is preferred. A single `pom.xml` alone is believed too. Outside of Maven's own folders a
    /// `pom.properties` is believed where its artifactId is the file's name, and a `pom.xml` never by itself.
    private func bestMatch() -> (properties: PomProperties?, project: PomProject?) {
        var best: PomProperties?
        var project: PomProject?
        let hasExact = properties.values.contains { $0.artifactID == fileName.name }
        for (folder, candidate) in properties.sorted(by: { $0.key < $1.key }) {
            guard matchesFileName(candidate.artifactID, hasExact: hasExact || !Self.isMavenFolder(folder)) else {
                continue
            }
            let candidateProject = projects[folder]
            if best == nil || candidateProject != nil && (project == nil || isExact(candidate)) {
                best = candidate
                project = candidateProject ?? project
            }
            if project != nil, isExact(candidate) { break }
        }
        if properties.isEmpty, ownProjects.count == 1 { project = ownProjects.first }
        return (best, project)
    }

    private func matchesFileName(_ artifactID: String, hasExact: Bool) -> Bool {
        guard !fileName.name.isEmpty else { return false }
        if hasExact { return artifactID == fileName.name }
        return artifactID.hasPrefix(fileName.name) || fileName.name.hasSuffix(artifactID)
    }

    private func isExact(_ candidate: PomProperties) -> Bool {
        fileName.name == candidate.artifactID
            || !candidate.groupID.isEmpty && fileName.name.contains(candidate.groupID)
    }

    private func nameFromFile(_ manifest: JavaManifest) -> String {
        // Of `com.sun.mail.jakarta.mail` the manifest may know that the artifactId has a dot.
        if let name = manifest.dottedNames.first(where: { MavenGroup.prefix(of: fileName.name, before: $0) != nil }) {
            return name
        }
        if let name = manifest.bundleArtifactID, !name.isEmpty { return name }
        let name = fileName.name
        guard name.contains("."), !name.hasPrefix("org.eclipse.") else {
            return name.isEmpty ? manifest.title ?? "" : name
        }
        // Perhaps `org.example.thing`: a groupId, a dot and the artifactId.
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let areIdentifiers = parts.allSatisfy { part in
            part.first.map { $0.isLetter || $0 == "_" || $0 == "$" } ?? false
        }
        return areIdentifiers ? parts.last.map { String($0) } ?? name : name
    }
}
