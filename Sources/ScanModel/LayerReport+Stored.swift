import OnePassJSON

extension LayerReport {
    /// Levels of a stored report: its types have eight, and what a later program has added may have sixty-four more.
    private static let maxStoredDepth = 72

    /// Reads a report out of the JSON that its encoding gives.
    ///
    /// An image's fold reads a report for each of its layers, which with `JSONDecoder` was most of what it took. Throws
    /// ``StoredReportError``.
    package init(stored bytes: [UInt8]) throws(StoredReportError) {
        do {
            self = try bytes.withUnsafeBytes { bytes in
                var json = JSONCursor(bytes, strings: .exact, maxDepth: Self.maxStoredDepth)
                let report = try json.layerReport()
                try json.end()
                return report
            }
        } catch {
            throw error as? StoredReportError ?? StoredReportError("\(error)")
        }
    }
}

/// A stored report that is not one.
package struct StoredReportError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    fileprivate static func missing(_ member: String, of what: String) -> StoredReportError {
        StoredReportError("\(what) without \(member)")
    }
}

extension JSONCursor {
    fileprivate mutating func layerReport() throws -> LayerReport {
        var report = LayerReport(
            evidence: [],
            whiteouts: [],
            opaqueDirectories: [],
            gaps: [],
            diffID: nil,
            entries: 0,
            expandedBytes: 0
        )
        var missing: Set = ["evidence", "whiteouts", "opaqueDirectories", "gaps", "entries", "expandedBytes"]
        try object { json, name in
            missing.remove(name)
            switch name {
            case "evidence": report.evidence = try json.array { json in try json.evidence() }
            case "whiteouts": report.whiteouts = try json.paths()
            case "opaqueDirectories": report.opaqueDirectories = try json.paths()
            case "gaps": report.gaps = try json.array { json in try json.gap() }
            case "diffID":
                report.diffID = try json.optional { json in
                    let text = try json.string()
                    guard let digest = Digest(text) else { throw StoredReportError("a diffID that is no digest") }
                    return digest
                }
            case "entries": report.entries = Int(try json.integer())
            case "expandedBytes": report.expandedBytes = try json.integer()
            default: try json.skip()
            }
        }
        if let member = missing.min() { throw StoredReportError.missing(member, of: "a report") }
        return report
    }

    private mutating func path() throws -> LayerPath { LayerPath(clean: PathText.decode(try string())) }

    private mutating func paths() throws -> [LayerPath] { try array { json in try json.path() } }

    private mutating func evidence() throws -> Evidence {
        var path: LayerPath?
        var evidence = Evidence(path: .root, cataloger: "")
        var missing: Set = ["cataloger", "packages", "ownerships"]
        try object { json, name in
            missing.remove(name)
            switch name {
            case "path": path = try json.path()
            case "cataloger": evidence.cataloger = try json.string()
            case "packages": evidence.packages = try json.array { json in try json.catalogedPackage() }
            case "ownerships": evidence.ownerships = try json.array { json in try json.ownership() }
            case "distro": evidence.distro = try json.optional { json in try json.distro() }
            case "licenses": evidence.licenses = try json.optional { json in try json.strings() }
            case "linkTarget": evidence.linkTarget = try json.optional { json in try json.path() }
            default: try json.skip()
            }
        }
        guard let path else { throw StoredReportError.missing("path", of: "evidence") }
        if let member = missing.min() { throw StoredReportError.missing(member, of: "evidence") }
        evidence.path = path
        return evidence
    }

    private mutating func ownership() throws -> Ownership {
        var (owner, paths): (String?, [LayerPath]?)
        try object { json, name in
            switch name {
            case "owner": owner = try json.string()
            case "paths": paths = try json.paths()
            default: try json.skip()
            }
        }
        guard let owner, let paths else { throw StoredReportError.missing("owner or paths", of: "an ownership") }
        return Ownership(owner: owner, paths: paths)
    }

    private mutating func gap() throws -> CoverageGap {
        var (path, reason): (String?, String?)
        try object { json, name in
            switch name {
            case "path": path = try json.string()
            case "reason": reason = try json.string()
            default: try json.skip()
            }
        }
        guard let path, let reason else { throw StoredReportError.missing("path or reason", of: "a gap") }
        return CoverageGap(path: path, reason: reason)
    }

    private mutating func distro() throws -> Distro {
        var (id, versionID, label, codename): (String?, String?, String?, String?)
        var idLike: [String]?
        try object { json, name in
            switch name {
            case "id": id = try json.string()
            case "versionID": versionID = try json.string()
            case "name": label = try json.string()
            case "idLike": idLike = try json.strings()
            case "codename": codename = try json.optional { json in try json.string() }
            default: try json.skip()
            }
        }
        guard let id, let versionID, let label, let idLike else {
            throw StoredReportError.missing("id, versionID, name or idLike", of: "a distribution")
        }
        return Distro(id: id, versionID: versionID, name: label, idLike: idLike, codename: codename)
    }

    private mutating func catalogedPackage() throws -> CatalogedPackage {
        var (package, virtualPath): (Package?, String?)
        try object { json, name in
            switch name {
            case "package": package = try json.package()
            case "virtualPath": virtualPath = try json.string()
            default: try json.skip()
            }
        }
        guard let package, let virtualPath else {
            throw StoredReportError.missing("package or virtualPath", of: "a package's place")
        }
        return CatalogedPackage(package, virtualPath: virtualPath)
    }

    private mutating func package() throws -> Package {
        var package = Package(type: PackageType(rawValue: ""), name: "", version: "")
        // By bits: a set would take longer than the package.
        var seen = 0
        try object { json, name in
            switch name {
            case "type":
                package.type = PackageType(rawValue: try json.string())
                seen |= 1
            case "name":
                package.name = try json.string()
                seen |= 2
            case "version":
                package.version = try json.string()
                seen |= 4
            case "arch":
                package.arch = try json.string()
                seen |= 8
            case "licenses":
                package.licenses = try json.strings()
                seen |= 16
            case "source": package.source = try json.optional { json in try json.sourcePackage() }
            case "group": package.group = try json.optional { json in try json.string() }
            case "module": package.module = try json.optional { json in try json.string() }
            // Absent in what was written before packages had hashes.
            case "hashes": package.hashes = try json.optional { json in try json.hashes() } ?? []
            case "supplier": package.supplier = try json.optional { json in try json.string() }
            case "installedBytes": package.installedBytes = try json.optional { json in try json.integer() }
            default: try json.skip()
            }
        }
        guard seen == 31 else {
            throw StoredReportError.missing("type, name, version, arch or licenses", of: "a package")
        }
        return package
    }

    private mutating func sourcePackage() throws -> SourcePackage {
        var (label, version): (String?, String?)
        try object { json, name in
            switch name {
            case "name": label = try json.string()
            case "version": version = try json.string()
            default: try json.skip()
            }
        }
        guard let label, let version else { throw StoredReportError.missing("name or version", of: "a source package") }
        return SourcePackage(name: label, version: version)
    }

    private mutating func hashes() throws -> [FileHash] {
        try array { json in
            let text = try json.string()
            guard let hash = FileHash(text) else { throw StoredReportError("a hash that is none") }
            return hash
        }
    }
}
