import Bytes
import ScanModel

/// Haskell dependencies, from the constraints that `cabal freeze` writes (Cabal User Guide, "cabal freeze").
struct CabalFreezeCataloger: Cataloger {
    let name = "cabal-freeze"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("cabal.project.freeze")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.hackage)
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            // Flags and what the compiler brings along (`installed`) have no `==`.
            for constraint in line.trimmedText.split(separator: ",") {
                guard let any = constraint.firstRange(of: "any."), let equals = constraint.firstRange(of: "==") else {
                    continue
                }
                guard any.upperBound <= equals.lowerBound else { continue }
                packages.add(
                    name: constraint[any.upperBound..<equals.lowerBound].trimmingSpaces,
                    version: constraint[equals.upperBound...].trimmingSpaces
                )
            }
        }
        return packages.file
    }
}
