import Bytes
import ScanModel

/// npm's `package-lock.json` and `npm-shrinkwrap.json` of lockfileVersion 1 to 3 (npm docs, package-lock.json).
///
/// Development dependencies are left out and the root package is counted, as Syft does.
struct PackageLockCataloger: Cataloger {
    let name = "npm-lock"
    let version = 2
    let selectors: [PathSelector] = [
        .name("package-lock.json", parentSuffixes: []), .name("npm-shrinkwrap.json", parentSuffixes: []),
    ]

    private struct Lock: Decodable {
        var lockfileVersion: Lenient<Int>?
        /// From version 2: by path below the project, the root under the empty path.
        var packages: Lenient<[String: Lenient<Entry>]>?
        /// In version 1, and in 2 for older readers.
        var dependencies: Lenient<[String: Lenient<Dependency>]>?
    }

    private struct Entry: Decodable {
        var name: Lenient<String>?
        var version: Lenient<String>?
        var license: Lenient<DeclaredLicenses>?
        /// Of the archive that was fetched (W3C Subresource Integrity).
        var integrity: Lenient<String>?
        var dev: Lenient<Bool>?
        var link: Lenient<Bool>?
    }

    private struct Dependency: Decodable {
        var version: Lenient<String>?
        var integrity: Lenient<String>?
        var dev: Lenient<Bool>?
        var dependencies: Lenient<[String: Lenient<Dependency>]>?
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard !ListingFile.isInNodeModules(file.path) else { return CatalogedFile() }
        return ListingFile.read(file, .npm) { bytes, packages in
            guard let lock = ListingJSON.decode(Lock.self, bytes, &packages) else { return }
            if let entries = lock.packages?.value, lock.lockfileVersion?.value != 1 {
                for (path, entry) in entries.sorted(by: { $0.key < $1.key }) { add(entry.value, at: path, &packages) }
            } else {
                add(lock.dependencies?.value ?? [:], &packages)
            }
        }
    }

    private func add(_ entry: Entry?, at path: String, _ packages: inout PackageRecords) {
        guard let entry else { return packages.addDamaged() }
        // A link stands for a folder of the project that has an entry of its own.
        guard entry.dev?.value != true, entry.link?.value != true else { return }
        let name: String
        if let own = entry.name?.value, !own.isEmpty {
            name = own
        } else {
            guard !path.isEmpty else { return }
            name = Self.name(in: path)
        }
        // Projects and their workspaces need no version.
        if entry.version == nil, !path.contains("node_modules/") { return }
        packages.add(
            name: name,
            version: entry.version?.value,
            licenses: entry.license?.value?.names ?? [],
            hashes: Self.hashes(entry.integrity)
        )
    }

    private static func hashes(_ integrity: Lenient<String>?) -> [FileHash] {
        integrity?.value.map { FileHash.all(integrity: $0) } ?? []
    }

    /// What follows the last `node_modules/` of a path.
    private static func name(in path: String) -> String {
        guard let range = path.ranges(of: "node_modules/").last else { return path }
        return String(path[range.upperBound...])
    }

    /// Recursion is bounded by the depth that the JSON may have.
    private func add(_ dependencies: [String: Lenient<Dependency>], _ packages: inout PackageRecords) {
        for (name, entry) in dependencies.sorted(by: { $0.key < $1.key }) {
            guard let dependency = entry.value else {
                packages.addDamaged()
                continue
            }
            guard dependency.dev?.value != true else { continue }
            if let version = dependency.version?.value, version.hasPrefix("npm:") {
                let target = NpmName.split(version.dropFirst(4))
                packages.add(name: target?.name, version: target?.version, hashes: Self.hashes(dependency.integrity))
            } else {
                packages.add(name: name, version: dependency.version?.value, hashes: Self.hashes(dependency.integrity))
            }
            add(dependency.dependencies?.value ?? [:], &packages)
        }
    }
}
