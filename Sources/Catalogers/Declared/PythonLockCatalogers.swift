import Bytes
import ScanModel
import TOML

/// Poetry's `poetry.lock`: a table for each package, those of every group.
struct PoetryLockCataloger: Cataloger {
    let name = "poetry-lock"
    let version = 2
    let selectors: [PathSelector] = [.name("poetry.lock", parentSuffixes: [])]

    func catalog(_ file: EvidenceFile) -> CatalogedFile { PythonLockTables.read(file, under: "package") }
}

/// PDM's `pdm.lock`: a table for each package and combination of extras.
struct PDMLockCataloger: Cataloger {
    let name = "pdm-lock"
    let version = 2
    let selectors: [PathSelector] = [.name("pdm.lock", parentSuffixes: [])]

    func catalog(_ file: EvidenceFile) -> CatalogedFile { PythonLockTables.read(file, under: "package") }
}

/// uv's `uv.lock` and the locks of scripts, `name.py.lock` (PEP 723); the project itself is among the packages.
struct UVLockCataloger: Cataloger {
    let name = "uv-lock"
    let version = 2
    let selectors: [PathSelector] = [.name("uv.lock", parentSuffixes: []), .suffix(".py.lock")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile { PythonLockTables.read(file, under: "package") }
}

/// `pylock.toml` and `pylock.NAME.toml` (PEP 751).
struct PylockCataloger: Cataloger {
    let name = "pylock"
    let version = 2
    let selectors: [PathSelector] = [.nameContaining("pylock.", suffix: ".toml")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard file.path.name.starts(with: "pylock.".utf8) else { return CatalogedFile() }
        return PythonLockTables.read(file, under: "packages")
    }
}

/// What these formats share: an array of tables, each with a name and a version.
private enum PythonLockTables {
    /// Where a package that has no version comes from: folders of the project, whose version is computed when built.
    private static let localSources = ["editable", "virtual", "directory"]

    static func read(_ file: EvidenceFile, under key: String) -> CatalogedFile {
        ListingFile.read(file, .python) { bytes, packages in
            let document = TOMLDocument.recover(bytes)
            for problem in document.problems { packages.addProblem("no valid TOML: \(problem)") }
            for table in document.root[key]?.tables ?? [] {
                if table["version"] == nil, isLocal(table) { continue }
                packages.add(
                    name: (table["name"]?.string).map(PURL.pypiName),
                    version: table["version"]?.string,
                    hashes: hashes(table)
                )
            }
        }
    }

    /// Hashes of the archives that may be installed; where there are several, the package has none.
    private static func hashes(_ table: TOMLTable) -> [FileHash] {
        let files =
            (table["files"]?.tables ?? []) + (table["wheels"]?.tables ?? [])
            + [table["sdist"]?.table]
            .compactMap(\.self)
        return files.flatMap { file in
            let sums = FileHash.Algorithm.allCases.compactMap { algorithm in
                file["hashes"]?[algorithm.rawValue]?.string.flatMap { FileHash(algorithm, hex: $0) }
            }
            return sums + [file["hash"]?.string.flatMap { FileHash($0) }].compactMap(\.self)
        }
    }

    private static func isLocal(_ table: TOMLTable) -> Bool {
        table["directory"] != nil || localSources.contains { table["source"]?[$0] != nil }
    }
}
