import ScanModel

/// Collects the packages of one file: drops records that name none, and bounds their number.
struct PackageRecords {
    /// More packages than any real lock file or database has.
    static let maxRecords = 100_000
    /// Longer names and versions are no names and versions.
    private static let maxFieldBytes = 256

    private let type: PackageType
    private var packages: [CatalogedPackage] = []
    private var seen: Set<Package> = []
    private var damaged = 0
    private var isFull = false

    init(_ type: PackageType) { self.type = type }

    /// Adds a package; without a sound name and version it counts as damaged.
    mutating func add(
        name: String?,
        version: String?,
        licenses: [String] = [],
        group: String? = nil,
        hashes: [FileHash] = []
    ) {
        guard let name, let version, Self.isSound(name), Self.isSound(version) else {
            damaged += 1
            return
        }
        let licenses = Array(Set(licenses.filter(Self.isSound))).sorted()
        add(
            Package(
                type: type,
                name: name,
                version: version,
                licenses: licenses,
                group: group,
                hashes: FileHash.agreed(hashes)
            )
        )
    }

    mutating func add(_ package: Package) {
        guard packages.count < Self.maxRecords else {
            isFull = true
            return
        }
        if seen.insert(package).inserted { packages.append(CatalogedPackage(package)) }
    }

    /// Notes a record that names no package.
    mutating func addDamaged() { damaged += 1 }

    /// What was found, with a problem for what was dropped.
    var file: CatalogedFile {
        var found = CatalogedFile()
        found.packages = packages
        if damaged > 0 { found.problems.append("\(damaged) records without a sound name and version") }
        if isFull { found.problems.append("more than \(Self.maxRecords) packages; the rest was not read") }
        return found
    }

    /// Whether `text` can be a name or a version: of bounded length, and neither empty nor with control characters.
    static func isSound(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maxFieldBytes && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }
}

extension CatalogedFile {
    /// A file of which nothing could be read.
    init(problem: String) {
        self.init()
        problems = [problem]
    }
}
