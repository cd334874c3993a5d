import Bytes
import ScanModel

/// Deno's `deno.lock` of version 2 to 5: packages of npm and JSR, and modules fetched from an address with a version.
struct DenoLockCataloger: Cataloger {
    let name = "deno-lock"
    let version = 1
    let selectors: [PathSelector] = [.name("deno.lock", parentSuffixes: [])]

    private struct Lock: Decodable {
        /// From version 4.
        var jsr: Lenient<Names>?
        /// From version 4, and in version 2 with one level more.
        var npm: Lenient<NpmNames>?
        /// In version 3.
        var packages: Lenient<Nested>?
        var remote: Lenient<Names>?
    }

    private struct Nested: Decodable {
        var jsr: Lenient<Names>?
        var npm: Lenient<Names>?
    }

    /// The members' names of an object.
    private struct Names: Decodable {
        private struct Ignored: Decodable { init(from decoder: any Decoder) {} }

        let names: [String]

        init(from decoder: any Decoder) throws {
            names = try decoder.singleValueContainer().decode([String: Ignored].self).keys.sorted()
        }
    }

    private struct NpmNames: Decodable {
        private struct Older: Decodable { var packages: Names }

        let names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let older = try? container.decode(Older.self) {  // version 2
                names = older.packages.names
            } else {
                names = try container.decode(Names.self).names
            }
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard !ListingFile.isInNodeModules(file.path) else { return CatalogedFile() }
        return ListingFile.read(file, .npm) { bytes, packages in
            guard let lock = ListingJSON.decode(Lock.self, bytes, &packages) else { return }
            for name in (lock.jsr ?? lock.packages?.value?.jsr)?.value?.names ?? [] {
                let split = NpmName.split(name)
                packages.add(name: split?.name, version: split?.version)
            }
            for name in lock.npm?.value?.names ?? lock.packages?.value?.npm?.value?.names ?? [] {
                let split = Self.withoutPeers(name)
                packages.add(name: split?.name, version: split?.version)
            }
            for address in lock.remote?.value?.names ?? [] {
                // Most modules are files without a version, of which nothing can be said.
                guard let (name, version) = Self.module(address) else { continue }
                packages.add(name: name, version: version)
            }
        }
    }

    /// `name@1.0.0_peer@2.0.0`: no version holds an underscore, so the peers begin at the first one after the `@`.
    private static func withoutPeers(_ key: String) -> (name: String, version: String)? {
        guard let at = key.dropFirst().firstIndex(of: "@") else { return nil }
        return (String(key[..<at]), String(key[key.index(after: at)...].prefix { $0 != "_" }))
    }

    /// `https://deno.land/std@0.140.0/path/mod.ts` is `deno.land/std` in version `0.140.0`.
    private static func module(_ address: String) -> (name: String, version: String)? {
        guard let scheme = address.firstRange(of: "://") else { return nil }
        let rest = address[scheme.upperBound...]
        guard let at = rest.firstIndex(of: "@"), at > rest.startIndex else { return nil }
        let version = rest[rest.index(after: at)...].prefix { $0 != "/" }
        return version.isEmpty ? nil : (String(rest[..<at]), String(version))
    }
}
