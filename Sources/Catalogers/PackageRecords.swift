import ScanModel

/// Collects the packages of one file: each once, drops records that name none, and bounds their number.
struct PackageRecords {
    /// More packages than any real lock file or database has.
    static let maxRecords = 100_000

    private let type: PackageType
    private var packages: [CatalogedPackage] = []
    private var seen: Set<Package> = []
    private var problems: [String] = []
    private var damaged = 0
    private var isFull = false

    init(_ type: PackageType) { self.type = type }

    /// Adds a package; without a sound name and version it counts as damaged.
    mutating func add(
        name: String?,
        version: String?,
        licenses: [String] = [],
        group: String? = nil,
        arch: String = "",
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
                arch: arch,
                licenses: licenses,
                group: group,
                hashes: FileHash.agreed(hashes)
            )
        )
    }

    /// Adds a package, unless the file has named it before: what it said then counts.
    mutating func add(_ package: Package) {
        guard packages.count < Self.maxRecords else {
            isFull = true
            return
        }
        if seen.insert(package.identity).inserted { packages.append(CatalogedPackage(package)) }
    }

    /// Notes records that name no package.
    mutating func addDamaged(_ count: Int = 1) { damaged += count }

    mutating func addProblem(_ problem: String) { problems.append(problem) }

    /// What was found, with a problem for what was dropped.
    var file: CatalogedFile {
        var found = CatalogedFile()
        found.packages = packages
        found.problems = problems
        found.addDamaged(damaged)
        if isFull { found.problems.append("more than \(Self.maxRecords) packages; the rest was not read") }
        return found
    }

    /// The bytes that a field with a number of units stands for; `nil` where it is none, or more than can be.
    static func bytes(_ text: String, of unit: Int64 = 1) -> Int64? {
        guard let count = Int64(text), count >= 0 else { return nil }
        let (bytes, isTooMany) = count.multipliedReportingOverflow(by: unit)
        return isTooMany ? nil : bytes
    }

    /// Whether `text` can be a name or a version, and no empty one.
    static func isSound(_ text: String) -> Bool { !text.isEmpty && CatalogedFile.isStorable(text) }
}

extension CatalogedFile {
    /// A file of which nothing could be read.
    init(problem: String) {
        self.init()
        problems = [problem]
    }
}
