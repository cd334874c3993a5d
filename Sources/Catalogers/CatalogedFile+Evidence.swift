import Bytes
package import ScanModel

extension Cataloger {
    /// Reads one file, and has the licences of its packages as SPDX expressions where they are recognised.
    ///
    /// A file of more than ``maxFileBytes`` is not read. Packages whose names or versions cannot be stored
    /// are left out, which is one problem of the file.
    package func read(_ file: EvidenceFile) -> CatalogedFile {
        guard file.bytes.count <= maxFileBytes else {
            let bound = "more than the \(maxFileBytes) that are read of such a file"
            return CatalogedFile(problem: "\(file.bytes.count) bytes, \(bound)")
        }
        var found = catalog(file)
        found.leaveOutUnsound()
        for index in found.packages.indices where !found.packages[index].package.licenses.isEmpty {
            let declared = found.packages[index].package.licenses
            found.packages[index].package.licenses = RecognisedLicenses.normalized(declared)
        }
        return found
    }
}

extension CatalogedFile {
    /// The longest name or version of a package, in bytes: what people give is a few hundred at most, and a database finds
    /// packages by both.
    package static let maxNameBytes = 1024

    /// Whether `text` is of bounded length and without control characters.
    static func isStorable(_ text: String) -> Bool {
        text.utf8.count <= maxNameBytes && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    /// Tells of records that name no package.
    mutating func addDamaged(_ count: Int) {
        if count > 0 { problems.append("\(count) records without a sound name and version") }
    }

    /// Whatever its cataloger has looked at itself: names come from many forms of evidence.
    fileprivate mutating func leaveOutUnsound() {
        let all = packages.count
        packages.removeAll { !Self.isSound($0.package) }
        addDamaged(all - packages.count)
    }

    private static func isSound(_ package: Package) -> Bool {
        guard PackageRecords.isSound(package.name), PackageRecords.isSound(package.version) else { return false }
        return [package.arch, package.group, package.module, package.source?.name, package.source?.version]
            .allSatisfy { $0.map(isStorable) ?? true }
    }
}

extension Evidence {
    /// What the cataloger named `cataloger` found in the file at `path`.
    package init(path: LayerPath, cataloger: String, found: CatalogedFile) {
        self.init(
            path: path,
            cataloger: cataloger,
            packages: found.packages,
            ownerships: found.ownerships,
            distro: found.distro,
            licenses: found.licenses.isEmpty ? nil : found.licenses
        )
    }
}
