package import ScanModel

extension Cataloger {
    /// Reads one file, and has the licences of its packages as SPDX expressions where they are recognised.
    ///
    /// A file of more than ``maxFileBytes`` is not read. A package that is named by more than
    /// ``CatalogedFile/maxNameBytes`` is left out, which is one problem of the file.
    package func read(_ file: EvidenceFile) -> CatalogedFile {
        guard file.bytes.count <= maxFileBytes else {
            let bound = "more than the \(maxFileBytes) that are read of such a file"
            return CatalogedFile(problem: "\(file.bytes.count) bytes, \(bound)")
        }
        var found = catalog(file)
        found.leaveOutOverlong()
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

    fileprivate mutating func leaveOutOverlong() {
        let all = packages.count
        packages.removeAll { !Self.isWithinBounds($0.package) }
        let overlong = all - packages.count
        guard overlong > 0 else { return }
        let what = overlong == 1 ? "a package with a name or version" : "\(overlong) packages with names or versions"
        problems.append("\(what) of more than \(Self.maxNameBytes) bytes, left out")
    }

    private static func isWithinBounds(_ package: Package) -> Bool {
        [package.name, package.version, package.arch, package.source?.name, package.source?.version].allSatisfy {
            ($0?.utf8.count ?? 0) <= maxNameBytes
        }
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
