package import ScanModel

extension Cataloger {
    /// Reads one file, and has the licences of its packages as SPDX expressions where they are recognised.
    package func read(_ file: EvidenceFile) -> CatalogedFile {
        var found = catalog(file)
        for index in found.packages.indices where !found.packages[index].package.licenses.isEmpty {
            let declared = found.packages[index].package.licenses
            found.packages[index].package.licenses = RecognisedLicenses.normalized(declared)
        }
        return found
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
