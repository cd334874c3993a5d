import Bytes
import ScanModel

/// C and C++ dependencies, from Conan's `conan.lock` of both generations (Conan documentation, "Lockfiles").
struct ConanLockCataloger: Cataloger {
    let name = "conan-lock"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("conan.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        do {
            let document = try BoundedJSON(file.bytes)
            var packages = PackageRecords(.conan)
            for required in document["requires"]?.elements ?? [] { add(required.string, to: &packages) }
            for node in document["graph_lock"]?["nodes"]?.members ?? [] {
                // The consumer itself has a node without a reference, or with the name of its recipe and its own
                // reference in brackets: `conanfile.py (app/1.0)`. No reference has blanks.
                if let reference = node.value["ref"]?.string, reference.contains("/"), !reference.contains(" (") {
                    add(reference, to: &packages)
                }
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "conan.lock: \(error)")
        }
    }

    private func add(_ text: String?, to packages: inout PackageRecords) {
        let reference = text.flatMap { ConanReference($0[...]) }
        packages.add(name: reference?.name, version: reference?.version)
    }
}
