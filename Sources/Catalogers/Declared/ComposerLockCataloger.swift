import Bytes
import ScanModel

/// Composer's `composer.lock`, without what only development needs, as Syft does.
struct ComposerLockCataloger: Cataloger {
    let name = "composer-lock"
    let version = 2
    let selectors: [PathSelector] = [.name("composer.lock", parentSuffixes: [])]

    private struct Lock: Decodable { var packages: [Lenient<ComposerPackage>]? }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .phpComposer) { bytes, packages in
            guard let lock = ListingJSON.decode(Lock.self, bytes, &packages) else { return }
            for item in lock.packages ?? [] { item.value.add(to: &packages) }
        }
    }
}
