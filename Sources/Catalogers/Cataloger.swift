package import Bytes
package import ScanModel

/// Reads one kind of evidence.
///
/// To add a package format: one file with a cataloger, one line in ``Catalogers/all``.
package protocol Cataloger: Sendable {
    /// The name that reports carry: `dpkg`, `python`.
    var name: String { get }
    /// Raised whenever the same bytes would give another result; part of the analysis version.
    var version: Int { get }
    /// Which files of an image it wants to read.
    var selectors: [PathSelector] { get }
    /// Endings of files beside the evidence that it wants to see with it (`-wal` beside a database).
    var companionSuffixes: [String] { get }
    /// The largest file that it reads, in bytes; of a larger one nothing is told but that it is too large.
    var maxFileBytes: Int { get }
    /// Whether reading a file takes longer than its digest does: then a result is kept for other layers with that file.
    /// It must depend on nothing of the file but its content and the last part of its path.
    var isCostly: Bool { get }
    /// Whether its files name packages: whose such a file is matters to the inventory.
    var namesPackages: Bool { get }
    /// Whether all that it reads is which files packages have: its files are no evidence of packages.
    var listsFilesOnly: Bool { get }
    /// Reads one file. Hostile content gives problems, never a trap.
    func catalog(_ file: EvidenceFile) -> CatalogedFile
}

extension Cataloger {
    package var companionSuffixes: [String] { [] }
    package var maxFileBytes: Int { EvidenceBound.text }
    package var isCostly: Bool { false }
    package var namesPackages: Bool { true }
    package var listsFilesOnly: Bool { false }
}

/// How large files of a kind are read, in bytes.
package enum EvidenceBound {
    /// Manifests, lists and lock files, 32 MiB: the largest lock files that projects have are some ten megabytes, and many
    /// texts are worth seconds of work for each of them.
    package static let text = 32 << 20
    /// What package managers of distributions keep of all that is installed, 256 MiB.
    package static let database = 256 << 20
    /// Archives, executables and databases in a form of their own, 2 GiB.
    package static let binary = 2 << 30
}

/// One file out of a layer, as a cataloger sees it.
package struct EvidenceFile: Sendable {
    package let path: LayerPath
    package let bytes: FileBytes
    /// The bytes of companions that the layer holds, by suffix.
    package let companions: [String: FileBytes]
    /// Whether some cataloger would find packages in the file at a path: only such files are worth noting as owned.
    package let isEvidence: @Sendable (LayerPath) -> Bool

    package init(
        path: LayerPath,
        bytes: FileBytes,
        companions: [String: FileBytes] = [:],
        isEvidence: @escaping @Sendable (LayerPath) -> Bool = { _ in true }
    ) {
        self.path = path
        self.bytes = bytes
        self.companions = companions
        self.isEvidence = isEvidence
    }
}

/// What a cataloger read out of a file.
package struct CatalogedFile: Sendable {
    package var packages: [CatalogedPackage] = []
    package var ownerships: [Ownership] = []
    package var distro: Distro?
    /// The licences of the package whose folder the file is in, sorted: SPDX expressions, or as declared.
    package var licenses: [String] = []
    /// The files of packages, where they are asked for.
    package var packaged: [PackagedFiles] = []
    /// What could not be read, in words; each becomes a coverage gap of the file.
    package var problems: [String] = []

    package init() {}
}

/// A rule by which a cataloger picks its files; paths are relative to the image's root.
package enum PathSelector: Sendable {
    /// The path ends in these whole parts: `lib/dpkg/status` picks `var/lib/dpkg/status`.
    case pathSuffix(String)
    /// The file has this name, in any directory whose name ends in one of `parentSuffixes` (compared in lower case).
    case name(String, parentSuffixes: [String])
    /// The name ends in this, wherever the file is; compared in lower case.
    case suffix(String)
    /// The name holds this and ends in `suffix`, wherever the file is; compared in lower case.
    case nameContaining(String, suffix: String)
    /// The name ends in this and some directory above has this name.
    case suffixBelow(String, directory: String)
    /// The file stands directly in a directory whose path ends in these parts; its name ends in `suffix`.
    case directory(String, suffix: String)
    /// The path ends in parts like these: a `*` stands for one whole part, or at the beginning of the last one for the
    /// beginning of a name: `plugins/*/*.php`.
    case pattern(String)
    /// A file of this name whose first bytes are those of an ELF, PE or Mach-O file, with or without an executable bit.
    case program(String)
    /// The same, with a name that is these letters and then, if anything, something that is no letter: `python` picks
    /// `python3.11` and `python`, but not `pythonw`.
    case programStem(String)
    /// A file whose name ends in this, compared in lower case, and whose first bytes are those of a program.
    case programSuffix(String)
    /// A shared library by its name (`libc.so`, `libc.so.6`) whose first ``LibraryMark/headBytes`` are those of a program
    /// and hold `mark`: without the mark it is not read on.
    case library(mark: [UInt8])
    /// Whatever stands directly in a directory whose path ends in these parts, a folder or anything else. Its name says
    /// all: no bytes are read.
    case entry(in: String)
    /// Any file that ``ExecutableMagic`` finds likely and whose first bytes are those of an ELF, PE or Mach-O file.
    case executable
}
