import ScanModel

/// Gathers the packages of a file that lists many: each once, only under a name and a version that can be stored, and no
/// more of them than ``PackageRecords`` takes.
struct ListedPackages {
    private let type: PackageType
    private var seen: Set<Key> = []
    private var refused = 0
    private var isFull = false
    private(set) var file = CatalogedFile()

    private struct Key: Hashable {
        let name: String
        let version: String
    }

    init(_ type: PackageType) { self.type = type }

    /// Adds a package that the file names; one without a name or a version becomes part of the file's problem.
    mutating func add(
        _ name: String?,
        _ version: String?,
        licenses: [String] = [],
        arch: String = "",
        hashes: [FileHash] = []
    ) {
        guard let name, let version, Self.isSound(name), Self.isSound(version) else {
            refused += 1
            return
        }
        guard file.packages.count < PackageRecords.maxRecords else {
            isFull = true
            return
        }
        guard seen.insert(Key(name: name, version: version + "\u{0}" + arch)).inserted else { return }
        file.packages.append(
            CatalogedPackage(
                Package(
                    type: type,
                    name: name,
                    version: version,
                    arch: arch,
                    licenses: Array(Set(licenses.filter(Self.isSound))).sorted(),
                    hashes: FileHash.agreed(hashes)
                )
            )
        )
    }

    /// Counts an entry that could not be understood.
    mutating func refuse(_ count: Int = 1) { refused += count }

    mutating func addProblem(_ problem: String) { file.problems.append(problem) }

    /// What the file states, with one problem for all entries that were refused.
    func finished() -> CatalogedFile {
        var file = file
        if refused > 0 { file.problems.append("\(refused) entries without a name or an exact version") }
        if isFull { file.problems.append("more than \(PackageRecords.maxRecords) packages; the rest was not read") }
        return file
    }

    private static func isSound(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= 512 && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
