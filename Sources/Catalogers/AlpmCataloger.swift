import Bytes
import ScanModel

/// Packages of Arch Linux and its kin, from pacman's local database: one folder a package (pacman, alpm-db-desc(5)).
struct AlpmCataloger: Cataloger {
    let name = "alpm"
    let version = 4
    let selectors: [PathSelector] = [.pattern("var/lib/pacman/local/*/desc")]
    private static let sections: Set = ["NAME", "VERSION", "BASE", "ARCH", "LICENSE", "PACKAGER", "SIZE"]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let fields = AlpmSections(file.bytes.all, wanted: Self.sections).fields
        guard let name = fields["NAME"]?.first, let version = fields["VERSION"]?.first, PackageRecords.isSound(name),
            PackageRecords.isSound(version)
        else { return CatalogedFile(problem: "no sound NAME and VERSION in the package's description") }
        var packages = PackageRecords(.alpm)
        packages.add(
            Package(
                type: .alpm,
                name: name,
                version: version,
                arch: fields["ARCH"]?.first ?? "",
                source: SourcePackage(name: fields["BASE"]?.first ?? name, version: version),
                licenses: RecognisedLicenses.normalized(fields["LICENSE"] ?? []),
                supplier: fields["PACKAGER"]?.first.flatMap { PackageRecords.isSound($0) ? $0 : nil },
                installedBytes: fields["SIZE"]?.first.flatMap { PackageRecords.bytes($0) }
            )
        )
        return packages.file
    }
}

/// Which files pacman's packages own, from the `files` beside each description (pacman, alpm-db-files(5)).
struct AlpmFileListCataloger: Cataloger {
    let name = "alpm-files"
    let version = 1
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] = [.pattern("var/lib/pacman/local/*/files")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        // The folder is called name-version-release.
        let folder = file.path.parent.map { String(decoding: $0.name, as: UTF8.self) } ?? ""
        let parts = folder.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return found }
        let owner = parts.dropLast(2).joined(separator: "-")
        var owned = OwnedPaths(of: file)
        AlpmSections.forEach(file.bytes.all, wanted: ["FILES"]) { _, line in
            if !owned.isFull { owned.add(Array(line.trimmedText.utf8), owner: owner) }
        }
        owned.add(to: &found)
        return found
    }
}

/// Sections of `%NAME%` lines, each followed by its values up to an empty line.
private struct AlpmSections {
    private static let maxLineBytes = 4096

    let fields: [String: [String]]

    init(_ bytes: [UInt8], wanted: Set<String>) {
        var fields: [String: [String]] = [:]
        Self.forEach(bytes, wanted: wanted) { fields[$0, default: []].append($1.trimmedText) }
        self.fields = fields
    }

    /// Hands on each value of the sections that are wanted, with the section's name.
    static func forEach(_ bytes: [UInt8], wanted: Set<String>, _ take: (String, ArraySlice<UInt8>) -> Void) {
        var section: String?
        for line in TextLines(bytes) {
            if line.isEmpty {
                section = nil
            } else if section == nil, line.first == UInt8(ascii: "%"), line.last == UInt8(ascii: "%") {
                section = line.count <= 64 ? String(decoding: line.dropFirst().dropLast(), as: UTF8.self) : ""
            } else if let name = section, wanted.contains(name), line.count <= Self.maxLineBytes {
                take(name, line)
            }
        }
    }
}
