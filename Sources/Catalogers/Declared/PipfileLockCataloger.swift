import Bytes
import ScanModel

/// Pipenv's `Pipfile.lock`; of its groups only `default` is read, as Syft does.
struct PipfileLockCataloger: Cataloger {
    let name = "pipfile-lock"
    let version = 3
    let selectors: [PathSelector] = [.name("Pipfile.lock", parentSuffixes: [])]

    private struct Lock: Decodable {
        var `default`: [String: Lenient<Entry>]?
    }

    private struct Entry: Decodable {
        var version: Lenient<String>?
        /// Of the archives that may be installed; where there are several, the package has none.
        var hashes: Lenient<[Lenient<String>]>?
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .python) { bytes, packages in
            guard let lock = ListingJSON.decode(Lock.self, bytes, &packages) else { return }
            for (name, entry) in (lock.default ?? [:]).sorted(by: { $0.key < $1.key }) {
                packages.add(
                    name: PURL.pypiName(name),
                    version: entry.value?.version?.value.flatMap(Self.pinned),
                    hashes: (entry.value?.hashes?.value ?? []).compactMap { $0.value.flatMap { FileHash($0) } }
                )
            }
        }
    }

    /// The version of `==1.2` or `===1.2`; of a range or a wild card there is none (PEP 440, "Version specifiers").
    private static func pinned(_ specifier: String) -> String? {
        let version = specifier.trimmingPrefix { $0 == "=" || $0 == " " }
        return version.contains { "*<>~=, ".contains($0) } ? nil : String(version)
    }
}
