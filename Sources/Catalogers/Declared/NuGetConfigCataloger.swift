import Bytes
import ScanModel
import XMLStream

/// NuGet packages of older projects, from `packages.config` (NuGet documentation, "packages.config reference").
struct NuGetConfigCataloger: Cataloger {
    let name = "nuget-config"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("packages.config")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.dotnet)
        let reader = XMLReader(ArrayProducer(file.bytes.all))
        do {
            while let event = try reader.next() {
                guard case .start(let element) = event, element.name == "package",
                    element["developmentDependency"]?.lowercased() != "true"
                else { continue }
                packages.add(name: element["id"], version: element["version"])
            }
        } catch {
            packages.addProblem("packages.config: \(error)")
        }
        return packages.file
    }
}
