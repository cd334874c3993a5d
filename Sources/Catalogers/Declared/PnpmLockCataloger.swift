import Bytes
import ScanModel

/// pnpm's `pnpm-lock.yaml` of lockfileVersion 5 to 9, which may hold several documents (pnpm, lockfile specifications).
///
/// What only development needs is listed, too: `dev: true` tells it up to version 8 alone.
struct PnpmLockCataloger: Cataloger {
    let name = "pnpm-lock"
    let version = 4
    let selectors: [PathSelector] = [.name("pnpm-lock.yaml", parentSuffixes: [])]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard !ListingFile.isInNodeModules(file.path) else { return CatalogedFile() }
        return ListingFile.read(file, .npm) { bytes, packages in
            var reader = Reader()
            var outline = YAMLOutline(bytes)
            while let entry = outline.next() { reader.take(entry, &packages) }
            reader.close(&packages)
            packages.addDamaged(outline.strayLines)
            if reader.version == nil { packages.addProblem("no lockfileVersion") }
        }
    }

    private struct Reader {
        var version: Double?
        private var section = ""
        private var key: String?
        private var ownName: String?
        private var ownVersion: String?
        private var hashes: [FileHash] = []

        mutating func take(_ entry: YAMLOutline.Entry, _ packages: inout PackageRecords) {
            if entry.depth == 0 {
                close(&packages)
                section = entry.key
                // `5.4-inlineSpecifiers`, which was to become version 6, has the keys of its number.
                if entry.key == "lockfileVersion" { version = Double(entry.value.prefix { $0 != "-" }) ?? version }
                return
            }
            switch section {
            case "packages": takePackage(entry, &packages)
            // From version 9 the packages alone tell all.
            case "dependencies" where (version ?? 0) < 9: takeDirect(entry, &packages)
            default: break
            }
        }

        private mutating func takePackage(_ entry: YAMLOutline.Entry, _ packages: inout PackageRecords) {
            if entry.depth == 1 {
                close(&packages)
                key = entry.key
                return
            }
            if entry.depth == 3, entry.key == "integrity" { hashes = FileHash.all(integrity: entry.value) }
            guard entry.depth == 2 else { return }
            switch entry.key {
            // `{integrity: sha512-…}`, as most writers have it, or with the integrity on a line of its own.
            case "resolution":
                guard let label = entry.value.firstRange(of: "integrity: ") else { break }
                let value = entry.value[label.upperBound...].prefix { !",}".contains($0) }
                hashes = FileHash.all(integrity: value)
            case "name": ownName = entry.value
            case "version": ownVersion = entry.value
            default: break
            }
        }

        /// `name: version`, or `name:` with `version: …` below it.
        private mutating func takeDirect(_ entry: YAMLOutline.Entry, _ packages: inout PackageRecords) {
            if entry.depth == 1 {
                close(&packages)
                key = entry.key
                ownVersion = entry.value.isEmpty ? nil : entry.value
            } else if entry.depth == 2, entry.key == "version" {
                ownVersion = entry.value
            }
        }

        mutating func close(_ packages: inout PackageRecords) {
            defer {
                key = nil
                ownName = nil
                ownVersion = nil
                hashes = []
            }
            guard let key else { return }
            if section == "dependencies" {
                // Folders and archives have entries of their own, with what they hold.
                guard let found = ownVersion.map(withoutPeers), PnpmKey.isVersion(found) else { return }
                packages.add(name: key, version: found)
            } else {
                let split = PnpmKey.split(key, lockfileVersion: version ?? 9)
                // Names and versions of their own stand where the key has an address or a folder instead.
                packages.add(name: ownName ?? split?.name, version: ownVersion ?? split?.version, hashes: hashes)
            }
        }

        private func withoutPeers(_ text: String) -> String {
            PnpmKey.withoutPeers(text, lockfileVersion: version ?? 9)
        }
    }
}

/// The keys of pnpm's packages: `/name/1.0.0_peer@2.0.0` in version 5, `/name@1.0.0(peer@2.0.0)` in 6, `name@1.0.0` in 9.
private enum PnpmKey {
    static func split(_ key: String, lockfileVersion: Double) -> (name: String, version: String)? {
        let bare = (key.prefix { $0 != "(" }).drop { $0 == "/" }
        guard lockfileVersion < 6 else { return NpmName.split(bare) }
        guard let slash = bare.lastIndex(of: "/"), slash > bare.startIndex else { return nil }
        let version = withoutPeers(String(bare[bare.index(after: slash)...]), lockfileVersion: lockfileVersion)
        return (String(bare[..<slash]), version)
    }

    static func withoutPeers(_ version: String, lockfileVersion: Double) -> String {
        let version = version.prefix { $0 != "(" }
        guard lockfileVersion < 6, isVersion(String(version)) else { return String(version) }
        return String(version.prefix { $0 != "_" })
    }

    /// Whether a registry's version stands there, and not an address or a folder.
    static func isVersion(_ text: String) -> Bool { text.utf8.first.map { $0 >= 48 && $0 <= 57 } == true }
}
