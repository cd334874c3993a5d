import Bytes
import JavaArchives
import ScanModel

/// A Maven project and the libraries that it declares, from its `pom.xml` (Maven POM reference 4.0.0).
///
/// What a dependency needs in turn is not in the file; a version that a parent or an imported POM states is not either, and
/// said to be missing.
struct PomCataloger: Cataloger {
    let name = "maven-pom"
    let version = 3
    let selectors: [PathSelector] = [.pathSuffix("pom.xml")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let project = PomProject(file.bytes.all) else {
            return CatalogedFile(problem: "this is no Maven project")
        }
        var packages = PackageRecords(.java)
        if let name = project.artifactID, let version = project.version {
            packages.add(
                name: name,
                version: version,
                licenses: project.licenses,
                group: project.groupID ?? project.parentGroupID
            )
        }
        var unversioned = 0
        for dependency in project.dependencies {
            guard let version = dependency.version else {
                unversioned += 1
                continue
            }
            packages.add(name: dependency.artifactID, version: version, group: dependency.groupID)
        }
        var found = packages.file
        if unversioned > 0 { found.problems.append("\(unversioned) dependencies whose version another file states") }
        return found
    }
}
