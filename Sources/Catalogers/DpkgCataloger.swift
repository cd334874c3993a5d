import Bytes
import ScanModel

/// Debian packages from dpkg's status file, from the status.d folder of distroless images, and from opkg's status and
/// control files, which have the same form (dpkg(1), FILES; Debian Policy 5.3).
struct DpkgCataloger: Cataloger {
    let name = "dpkg"
    let version = 8
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] =
        DpkgFolder.all.flatMap { [.pathSuffix("\($0)/status"), .directory("\($0)/status.d", suffix: "")] }
        + [.pathSuffix("lib/opkg/status"), .directory("lib/opkg/info", suffix: ".control")]

    /// What else stands in the folder of distroless images, from dpkg's `info` (deb-preinst(5) and its like).
    private static let siblings = [
        ".md5sums", ".preinst", ".postinst", ".prerm", ".postrm", ".config", ".list", ".conffiles", ".shlibs",
        ".symbols", ".templates", ".triggers",
    ]
    static let fields: Set<String> = [
        "package", "version", "architecture", "source", "status", "maintainer", "license", "installed-size",
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.deb)
        let fileName = String(decoding: file.path.name, as: UTF8.self)
        guard !Self.siblings.contains(where: fileName.hasSuffix) else { return packages.file }
        // Of each package opkg keeps a file beside its status: one stanza, then a description of any form. Its `Source` is a
        // recipe's place in a tree of builds (`feeds/packages/net/adblock`), and the status does not have it: with it the
        // same package would be two.
        let isControl = file.path.parent?.name.elementsEqual("info".utf8) == true
        let isOpkg = isControl || file.path.parent?.name.elementsEqual("opkg".utf8) == true
        for stanza in ControlStanzas(file.bytes.all, wanted: Self.fields).prefix(isControl ? 1 : Int.max) {
            guard isInstalled(stanza["status"]?.first) else { continue }
            if let package = Self.package(stanza, withSource: !isControl, sizeUnit: isOpkg ? 1 : Self.sizeUnit) {
                packages.add(package)
            } else {
                packages.addDamaged()
            }
        }
        return packages.file
    }

    /// Bytes of what `Installed-Size` counts (Debian Policy 5.6.20); opkg counts bytes.
    private static let sizeUnit: Int64 = 1024

    /// What a stanza with these ``fields`` says of a package; `nil` without a sound name and version.
    static func package(
        _ stanza: [String: [String]],
        withSource: Bool = true,
        sizeUnit: Int64 = Self.sizeUnit
    ) -> Package? {
        guard let name = stanza["package"]?.first, PackageRecords.isSound(name),
            let version = stanza["version"]?.first, PackageRecords.isSound(version),
            version.utf8.allSatisfy(isVersionByte)
        else { return nil }
        return Package(
            type: .deb,
            name: name,
            version: version,
            arch: stanza["architecture"]?.first.flatMap { PackageRecords.isSound($0) ? $0 : nil } ?? "",
            source: source(withSource ? stanza["source"]?.first : nil, name: name, version: version),
            // Of these databases only opkg's state licences.
            licenses: stanza["license"] ?? [],
            supplier: stanza["maintainer"]?.first.flatMap { PackageRecords.isSound($0) ? $0 : nil },
            installedBytes: stanza["installed-size"]?.first.flatMap { PackageRecords.bytes($0, of: sizeUnit) }
        )
    }

    /// Letters, digits and `. + - ~ :` (Debian Policy 5.6.12); packages in the field also have underscores.
    private static func isVersionByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: Array(".+-~:_".utf8).contains(byte)
        }
    }

    /// The words of `Status:` are what is wanted, an error flag, and the state, in any case; the state decides.
    ///
    /// What is only wanted away is still there: `deinstall ok installed`. Some tools write nothing but that wish, once
    /// they have taken the package away.
    private func isInstalled(_ status: String?) -> Bool {
        guard let state = status?.split(whereSeparator: \.isWhitespace).last?.lowercased() else { return true }
        return !["not-installed", "config-files", "deinstall", "purge"].contains(state)
    }

    /// `Source: name` or `Source: name (version)`; without it the binary is its own source.
    private static func source(_ field: String?, name: String, version: String) -> SourcePackage {
        guard let field, PackageRecords.isSound(field), field.first != "(" else {
            return SourcePackage(name: name, version: version)
        }
        guard let open = field.firstIndex(of: "("), let close = field.lastIndex(of: ")"), open < close else {
            return SourcePackage(name: String(field.prefix { $0 != " " }), version: version)
        }
        let own = field[field.index(after: open)..<close].filter { $0 != " " }
        return SourcePackage(name: String(field[..<open].prefix { $0 != " " }), version: own.isEmpty ? version : own)
    }
}

/// Where dpkg's database is.
enum DpkgFolder {
    /// `lib/dpkg` as in `var/lib/dpkg`; where `/usr` alone is updated `var/lib/dpkg` is a link to the other.
    static let all = ["lib/dpkg", "lib/sysimage/dpkg"]
}

/// Which files Debian packages own, from dpkg's `info/*.list` and distroless' `status.d/*.md5sums`.
struct DpkgFileListCataloger: Cataloger {
    let name = "dpkg-files"
    let version = 2
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] = DpkgFolder.all.flatMap {
        [.directory("\($0)/info", suffix: ".list"), .directory("\($0)/status.d", suffix: ".md5sums")]
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let fileName = String(decoding: file.path.name, as: UTF8.self)
        let isList = fileName.hasSuffix(".list")
        let owner = fileName.prefix { $0 != ":" }
        let stem = isList && owner.hasSuffix(".list") ? owner.dropLast(5) : owner
        let bare = String(stem.hasSuffix(".md5sums") ? stem.dropLast(8) : stem)
        var owned = OwnedPaths(of: file)
        for line in TextLines(file.bytes.all) where !owned.isFull {
            // md5sums: the digest, two blanks, the path.
            let name = isList ? line : line.dropFirst(34)
            if !name.isEmpty, name.count <= 4096 { owned.add(Array(name), owner: bare) }
        }
        owned.add(to: &found)
        return found
    }
}
