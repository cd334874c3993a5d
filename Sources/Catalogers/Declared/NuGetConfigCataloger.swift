import Bytes
import ScanModel

/// NuGet packages of older projects, from `packages.config` (NuGet documentation, "packages.config reference").
struct NuGetConfigCataloger: Cataloger {
    let name = "nuget-config"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("packages.config")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.dotnet)
        XMLTags(file.bytes.all).forEach { tag, attributes in
            guard tag == "package", attributes["developmentDependency"]?.lowercased() != "true" else { return }
            packages.add(name: attributes["id"], version: attributes["version"])
        }
        return packages.file
    }
}
