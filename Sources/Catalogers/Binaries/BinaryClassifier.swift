import ScanModel

/// How a program, runtime or library that no package manager knows is recognised: by its file's name and by what the
/// file holds.
struct BinaryClassifier: Sendable {
    /// What files it looks at.
    enum FileRule: Sendable {
        /// An executable or library of this name.
        case program(String)
        /// An executable or library whose name is these letters and then nothing but digits and dots.
        case numbered(String)
        /// An executable or library whose name is these letters and then, if anything, something that is no letter.
        case stem(String)
        /// The same, with this further on in the name.
        case stemHolding(String, String)
        /// A file of any kind of this name.
        case file(String)
        /// A file of any kind whose path ends in these parts.
        case path(String)
    }

    /// Something that the file may turn out to be.
    struct Finding: Sendable {
        let package: BinarySoftware
        /// The first pattern that finds a version decides.
        let patterns: [BinaryPattern]
        /// Texts of this software, of which one must be in the file, wherever; empty where the patterns tell enough.
        ///
        /// A bare version between zeros is in many programs, and some other one may have the name.
        let evidence: [TextSearch]
        /// A text that must be in the path.
        let pathHolds: String?

        init(_ package: BinarySoftware, _ patterns: [BinaryPattern], evidence: [String] = [], pathHolds: String? = nil)
        {
            self.package = package
            self.patterns = patterns
            self.evidence = evidence.map { TextSearch(Array($0.utf8)) }
            self.pathHolds = pathHolds
        }
    }

    let files: [FileRule]
    /// The first that fits is reported, and only that.
    let findings: [Finding]

    init(_ files: [FileRule], _ findings: [Finding]) {
        self.files = files
        self.findings = findings
    }

    init(_ files: FileRule..., is package: BinarySoftware, _ patterns: BinaryPattern..., evidence: [String] = []) {
        self.files = files
        findings = [Finding(package, patterns, evidence: evidence)]
    }

    /// Every classifier there is.
    static let all: [BinaryClassifier] = runtimes + java + servers + databases + tools + libraries + goPrograms
}

/// The package that a classifier reports.
struct BinarySoftware: Sendable, ExpressibleByStringLiteral {
    let name: String
    var type = PackageType.binary
    /// The namespace of its purl.
    var group: String?

    init(_ name: String, type: PackageType = .binary, group: String? = nil) {
        self.name = name
        self.type = type
        self.group = group
    }

    init(stringLiteral name: String) { self.init(name) }

    func package(version: String) -> Package { Package(type: type, name: name, version: version, group: group) }
}
