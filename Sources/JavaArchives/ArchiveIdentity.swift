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
    /// Without a manifest the `pom.properties` alone speak; without either an archive has no identity, since its file
    /// name is no evidence. Of an archive that instruments other libraries nothing is reported.
    func resolve() -> (main: Coordinates?, shaded: [Coordinates]) {
        if manifest == nil, properties.isEmpty { return (nil, []) }
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
            manifest: manifest
        )
        if mainProperties?.isJenkinsPlugin == true { main.isJenkinsPlugin = true }
        return (main, shaded)
    }

    /// The Maven files that name this archive.
    ///
    /// The artifactId equals the file's name, or else one begins with or ends like the other; a `pom.properties` beside
    /// a `pom.xml` is preferred. A single `pom.xml` alone is believed too.
    private func bestMatch() -> (properties: PomProperties?, project: PomProject?) {
        var best: PomProperties?
        var project: PomProject?
        let hasExact = properties.values.contains { $0.artifactID == fileName.name }
        for (folder, candidate) in properties.sorted(by: { $0.key < $1.key }) {
            guard matchesFileName(candidate.artifactID, hasExact: hasExact) else { continue }
            let candidateProject = projects[folder]
            if best == nil || candidateProject != nil && (project == nil || isExact(candidate)) {
                best = candidate
                project = candidateProject ?? project
            }
            if project != nil, isExact(candidate) { break }
        }
        if properties.isEmpty, projects.count == 1 { project = projects.values.first }
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
