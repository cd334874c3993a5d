import Bytes
import ScanModel

/// Installed Composer packages, from `vendor/composer/installed.json`: a list, since Composer 2 under `packages`.
struct ComposerInstalledCataloger: Cataloger {
    let name = "composer"
    let version = 2
    let selectors: [PathSelector] = [.name("installed.json", parentSuffixes: [])]

    private struct Installed: Decodable {
        private struct Current: Decodable { var packages: [Lenient<ComposerPackage>] }

        let packages: [Lenient<ComposerPackage>]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let first = try? container.decode([Lenient<ComposerPackage>].self) {  // Composer 1
                packages = first
            } else {
                packages = try container.decode(Current.self).packages
            }
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let found = ListingFile.read(file, .phpComposer) { bytes, packages in
            guard let installed = ListingJSON.decode(Installed.self, bytes, &packages) else { return }
            for item in installed.packages { item.value.add(to: &packages) }
        }
        // Other programs have files of this name, too.
        let isComposers = file.path.parent?.name.elementsEqual("composer".utf8) == true
        return found.packages.isEmpty && !isComposers ? CatalogedFile() : found
    }
}
