import Bytes
import ScanModel

/// Bun's text lock file `bun.lock`: JSON with comments and trailing commas (Bun docs, Lockfile).
///
/// Packages that only development dependencies of the workspaces reach are left out, as Syft does.
struct BunLockCataloger: Cataloger {
    let name = "bun-lock"
    let version = 3
    let selectors: [PathSelector] = [.name("bun.lock", parentSuffixes: [])]

    private struct Lock: Decodable {
        var workspaces: Lenient<[String: Lenient<Workspace>]>?
        var packages: [String: Lenient<Entry>]
    }

    private struct Workspace: Decodable {
        var name: Lenient<String>?
        var dependencies: Lenient<[String: Lenient<String>]>?
        var optionalDependencies: Lenient<[String: Lenient<String>]>?
        var peerDependencies: Lenient<[String: Lenient<String>]>?
        var devDependencies: Lenient<[String: Lenient<String>]>?
    }

    /// A list of an identifier and, at places that depend on its kind, strings and an object of dependencies.
    private struct Entry: Decodable {
        private struct Relations: Decodable {
            var dependencies: Lenient<[String: Lenient<String>]>?
            var optionalDependencies: Lenient<[String: Lenient<String>]>?
        }

        let identifier: String
        private(set) var dependencies: [String] = []
        private(set) var hashes: [FileHash] = []

        init(from decoder: any Decoder) throws {
            var items = try decoder.unkeyedContainer()
            identifier = try items.decode(String.self)
            while !items.isAtEnd {
                if let text = try? items.decode(String.self) {  // another type is the object of dependencies
                    let found = FileHash.all(integrity: text)
                    if !found.isEmpty { hashes = found }
                    continue
                }
                guard let relations = try items.decode(Lenient<Relations>.self).value else { continue }
                dependencies += (relations.dependencies?.value ?? [:]).keys
                dependencies += (relations.optionalDependencies?.value ?? [:]).keys
            }
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard !ListingFile.isInNodeModules(file.path) else { return CatalogedFile() }
        return ListingFile.read(file, .npm) { bytes, packages in
            guard let lock = ListingJSON.decode(Lock.self, bytes, withComments: true, &packages) else { return }
            read(lock, &packages)
        }
    }

    private func read(_ lock: Lock, _ packages: inout PackageRecords) {
        var entries: [(name: String, version: String, hashes: [FileHash], place: Int?)] = []
        var tree = BunLockTree()
        for (path, item) in lock.packages.sorted(by: { $0.key < $1.key }) {
            guard let entry = item.value, let (name, version) = NpmName.split(entry.identifier) else {
                packages.addDamaged()
                continue
            }
            entries.append((name, version, entry.hashes, tree.add(path, dependencies: entry.dependencies)))
        }
        var needed: [Int] = []
        var development: [Int] = []
        for (folder, item) in lock.workspaces?.value ?? [:] {
            guard let workspace = item.value else { continue }
            // A member of the project has what it has to itself below its name; the project itself has no such place.
            let place = folder.isEmpty ? BunLockTree.top : tree.place(at: workspace.name?.value ?? "")
            for names in [workspace.dependencies, workspace.optionalDependencies, workspace.peerDependencies] {
                needed += (names?.value ?? [:]).keys.compactMap { tree.resolve($0, from: place) }
            }
            development += (workspace.devDependencies?.value ?? [:]).keys.compactMap { tree.resolve($0, from: place) }
        }
        let neededPlaces = tree.reachable(from: needed)
        let developmentPlaces = tree.reachable(from: development)
        for entry in entries {
            // Packages that nothing requires are kept.
            if let place = entry.place, developmentPlaces.contains(place), !neededPlaces.contains(place) { continue }
            // Projects, workspaces and folders are not dependencies.
            if ["root:", "workspace:", "link:", "file:"].contains(where: { entry.version.hasPrefix($0) }) { continue }
            packages.add(name: entry.name, version: entry.version, hashes: entry.hashes)
        }
    }
}
