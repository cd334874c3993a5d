import GoBuildInfo
import ScanModel

/// Go modules compiled into executables, and Go's standard library as a module of its own.
struct GoCataloger: Cataloger {
    let name = "go"
    let version = 8
    let maxFileBytes = EvidenceBound.binary
    /// A shared library has the owner of the note with Go's build ID in its first page.
    let selectors: [PathSelector] = [.executable, .library(mark: Array("Go\0\0".utf8))]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        do {
            guard let build = try GoBuildReader.read(file.bytes) else { return found }
            var modules: [(String, String)] = []
            if let main = build.main, !main.path.isEmpty {
                let version = build.mainVersion ?? main.version
                if !version.isEmpty {
                    // The program is its main module; the others came into it as sources.
                    let package = Package(type: .go, name: main.path, version: version, hashes: file.bytes.sha256)
                    found.packages.append(CatalogedPackage(package))
                }
            }
            modules += build.dependencies.map { ($0.path, $0.version) }
            if !build.goVersion.isEmpty {
                let words = build.goVersion.split(separator: " ")
                modules.append(("stdlib", words.first.map(String.init) ?? build.goVersion))
            }
            found.packages += modules.filter { !$0.0.isEmpty && !$0.1.isEmpty }.map { path, version in
                CatalogedPackage(Package(type: .go, name: path, version: version))
            }
        } catch {
            found.problems.append("the Go build information cannot be read: \(error)")
        }
        return found
    }
}
