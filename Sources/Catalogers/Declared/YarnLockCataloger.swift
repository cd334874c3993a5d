import Bytes
import ScanModel

/// Yarn's `yarn.lock`, both the first version's own format and the YAML of Yarn 2 and later.
///
/// The file does not tell development dependencies from others: all are counted.
struct YarnLockCataloger: Cataloger {
    let name = "yarn-lock"
    let version = 3
    let selectors: [PathSelector] = [.name("yarn.lock", parentSuffixes: [])]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard !ListingFile.isInNodeModules(file.path) else { return CatalogedFile() }
        let isYAML = file.bytes.firstOffset(of: Array("__metadata:".utf8)) != nil
        return ListingFile.read(file, .npm) { bytes, packages in
            if isYAML { readYAML(bytes, &packages) } else { readFirst(bytes, &packages) }
        }
    }

    /// Entries are a line of comma-separated `name@range` in the first column and indented `field "value"` lines.
    private func readFirst(_ bytes: [UInt8], _ packages: inout PackageRecords) {
        var open = OpenEntry()
        for line in TextLines(bytes) where line.count <= 64 * 1024 {
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            if first != 0x20 {
                open.close(&packages)
                let text = line.trimmedText
                open = OpenEntry(key: text)
                if !text.hasSuffix(":") {
                    open.key = nil
                    packages.addDamaged()
                }
                continue
            }
            guard line.prefix(while: { $0 == 0x20 }).count == 2 else { continue }
            let words = line.trimmedText.split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { continue }
            let value = words[1].drop { $0 == "\"" }.prefix { $0 != "\"" }
            // Some tools put the fields' names in quotes, too.
            switch words[0].filter({ $0 != "\"" }) {
            case "version": open.version = String(value)
            case "resolved":
                let asked = open.key.flatMap { Self.packageName(in: $0) }
                open.resolved = RegistryArchive(value, asked: asked)
            case "integrity": open.hashes = FileHash.all(integrity: words[1].filter { $0 != "\"" })
            default: break
            }
        }
        open.close(&packages)
    }

    private func readYAML(_ bytes: [UInt8], _ packages: inout PackageRecords) {
        var open = OpenEntry()
        var outline = YAMLOutline(bytes)
        while let entry = outline.next() {
            switch entry.depth {
            case 0:
                open.close(&packages)
                open = OpenEntry(key: entry.key == "__metadata" ? nil : entry.key)
            case 1 where entry.key == "version": open.version = entry.value
            default: break
            }
        }
        open.close(&packages)
        packages.addDamaged(outline.strayLines)
    }

    private struct OpenEntry {
        var key: String?
        var version: String?
        var resolved: RegistryArchive?
        var hashes: [FileHash] = []

        mutating func close(_ packages: inout PackageRecords) {
            guard let key else { return }
            self.key = nil
            // The version that Yarn writes for a project and its workspaces, which are not dependencies.
            if version == "0.0.0-use.local" { return }
            if let resolved {
                packages.add(name: resolved.name, version: resolved.version, hashes: hashes)
            } else {
                packages.add(name: YarnLockCataloger.packageName(in: key), version: version, hashes: hashes)
            }
        }
    }

    /// The name in `name@range`, `"@scope/name@range"` or `alias@npm:name@range`, where the name counts and not the alias.
    static func packageName(in key: String) -> String? {
        guard let (name, rest) = NpmName.prefix(of: key.drop { $0 == "\"" }), rest.first == "@" else { return nil }
        if rest.hasPrefix("@npm:"), let (aliased, range) = NpmName.prefix(of: rest.dropFirst(5)), range.first == "@" {
            return String(aliased)
        }
        return String(name)
    }
}

/// Name and version out of the address of an archive in a registry: what was fetched, whatever it is called in the project.
private struct RegistryArchive {
    let name: String
    let version: String

    /// Reads `https://host/@scope/name/-/name-1.2.3.tgz#digest`, which all registries have in common; else `nil`.
    ///
    /// Some leave the sign before a scope away: `asked`, the name that the project has for it, tells such a folder from
    /// one of the registry's own.
    init?(_ address: Substring, asked: String?) {
        guard let scheme = address.firstRange(of: "https://") ?? address.firstRange(of: "http://"),
            scheme.lowerBound == address.startIndex
        else { return nil }
        let path = address[scheme.upperBound...].drop { $0 != "/" }
        guard let dash = path.firstRange(of: "/-/"), let end = path[dash.upperBound...].firstRange(of: ".tgz") else {
            return nil
        }
        let parts = path[..<dash.lowerBound].replacing("%2f", with: "/").replacing("%2F", with: "/")
            .replacing("%40", with: "@").split(separator: "/")
        guard let last = parts.last, !last.isEmpty else { return nil }
        let scoped = parts.suffix(2).joined(separator: "/")
        let name: String
        if scoped.first == "@" {
            name = scoped
        } else if let asked, asked == "@" + scoped {
            name = asked
        } else {
            name = String(last)
        }
        // Most archives are called after the name without its scope; else the version begins at the first `-1.`.
        let archive = path[dash.upperBound..<end.lowerBound]
        let version = archive.hasPrefix(last + "-") ? archive.dropFirst(last.count + 1) : Self.version(in: archive)
        guard let first = version?.utf8.first, first >= 48, first <= 57, let version else { return nil }
        self.name = name
        self.version = String(version)
    }
    private static func version(in archive: Substring) -> Substring? {
        var rest = archive
        while let dash = rest.firstIndex(of: "-") {
            rest = rest[rest.index(after: dash)...]
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            if !digits.isEmpty, rest[digits.endIndex...].first == "." { return rest }
        }
        return nil
    }
}
