/// A package URL taken apart (purl-spec, PURL-SPECIFICATION.rst).
package struct PackageURLParts: Sendable {
    /// In lower case.
    package let type: String
    /// Segments joined by slashes; empty where there are none.
    package let namespace: String
    package let name: String
    /// Empty where there is none.
    package let version: String
    /// Keys in lower case, values decoded.
    package let qualifiers: [String: String]
    /// Empty where there is none.
    package let subpath: String

    /// Takes a purl apart; `nil` without a type or a name, and over ``PackageURL/maxBytes``.
    package init?(_ text: String) {
        guard text.utf8.count <= PackageURL.maxBytes, text.prefix(4).lowercased() == "pkg:" else { return nil }
        var rest = text.dropFirst(4).drop { $0 == "/" }
        var subpath = ""
        if let hash = rest.lastIndex(of: "#") {
            subpath = PURL.decode(rest[rest.index(after: hash)...])
            rest = rest[..<hash]
        }
        var qualifiers: [String: String] = [:]
        if let mark = rest.firstIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                guard let equals = pair.firstIndex(of: "=") else { continue }
                qualifiers[pair[..<equals].lowercased()] = PURL.decode(pair[pair.index(after: equals)...])
            }
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        var path = rest[rest.index(after: slash)...]
        // The version follows the last at-sign of the last part: npm scopes may be written with a bare one.
        var version = ""
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        if let at = path[nameStart...].lastIndex(of: "@"), at != nameStart {
            version = PURL.decode(path[path.index(after: at)...])
            path = path[..<at]
        } else if path[nameStart...].first == "@" {
            // `npm/@1.0` has no name, and `npm/%40scope/@1.0` neither.
            return nil
        }
        let parts = path.split(separator: "/").map { PURL.decode($0) }
        guard let name = parts.last, !name.isEmpty, slash > rest.startIndex else { return nil }
        type = rest[..<slash].lowercased()
        namespace = parts.dropLast().joined(separator: "/")
        self.name = name
        self.version = version
        self.qualifiers = qualifiers
        self.subpath = subpath
    }

    /// The kind of package that it names.
    package var packageType: PackageType {
        switch type {
        case "generic" where namespace == "snap": .snap
        case "github" where subpath.hasPrefix(".github/workflows/"): .githubWorkflow
        default: PURLType.packageType(type, name: name)
        }
    }

    /// The package's name as its ecosystem has it, with the namespace and the subpath where they are a part of it.
    package var fullName: String {
        let own = PURLType.hasSegments(type) && !namespace.isEmpty ? "\(namespace)/\(name)" : name
        return namesParts && !subpath.isEmpty ? "\(own)/\(subpath)" : own
    }

    /// Whether the subpath names a package of its own, which is a part of the one without it.
    package var namesParts: Bool { PURLType.hasSubpath(type) }

    /// From the qualifier `distro`; else `nil`.
    package var distro: Distro? {
        guard var distro = qualifiers["distro"].flatMap({ PURLDistro.parse($0, namespace: namespace) }) else {
            return nil
        }
        if let like = qualifiers["distro_like"] { distro.idLike = like.split(separator: ",").map(String.init) }
        if let codename = qualifiers["distro_codename"], !codename.isEmpty { distro.codename = codename }
        return distro
    }
}

/// A package URL as the package that it names.
package struct PackageURL: Sendable {
    /// Bytes of one purl.
    package static let maxBytes = 8192

    package let package: Package
    /// From the qualifier `distro` (`debian-12`); else `nil`.
    package let distro: Distro?
    /// The OS package that owns a package of a language, from the qualifier `owner`; else `nil`.
    package let owner: String?

    /// Parses a purl; `nil` without a type, a name or a version.
    package init?(_ text: String) {
        guard let parts = PackageURLParts(text) else { return nil }
        self.init(parts)
    }

    /// The package that `parts` name; where they have no version it is `version`, and `nil` without either.
    package init?(_ parts: PackageURLParts, version: String = "") {
        var version = parts.version.isEmpty ? version : parts.version
        guard !version.isEmpty else { return nil }
        var found = Package(
            type: parts.packageType,
            name: parts.fullName,
            version: version,
            arch: parts.qualifiers[parts.type == "gem" ? "platform" : "arch"] ?? ""
        )
        if PURLType.isOfDistribution(parts.type) {
            if let epoch = parts.qualifiers["epoch"], !epoch.isEmpty, epoch != "0", !version.contains(":") {
                version = "\(epoch):\(version)"
            }
            found.version = version
            found.module = parts.qualifiers["rpmmod"]
            found.source = SourcePackage(upstream: parts.qualifiers["upstream"] ?? "", of: found)
        }
        if PURLType.hasGroup(parts.type), !parts.namespace.isEmpty { found.group = parts.namespace }
        package = found
        distro = parts.distro
        owner = found.type.isOS ? nil : parts.qualifiers["owner"].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension SourcePackage {
    /// Reads the qualifier `upstream` of the binary package `package`.
    ///
    /// It is a name, `name@version`, or the file name of a source RPM as Syft writes it; where it is empty, the source
    /// has the binary's name and version.
    init(upstream text: String, of package: Package) {
        self.init(name: package.name, version: package.version)
        guard !text.isEmpty else { return }
        if package.type == .rpm, let source = SourcePackage(fileName: text, versionOf: package.version) {
            self = source
        } else if let at = text.lastIndex(of: "@"), at > text.startIndex {
            name = String(text[..<at])
            let stated = String(text[text.index(after: at)...])
            if !stated.isEmpty { version = stated }
        } else {
            name = text
        }
    }

    /// Reads `name-version-release.src.rpm`; the source has the epoch of its binary, which has `binaryVersion`.
    package init?(fileName: String, versionOf binaryVersion: String) {
        guard fileName.hasSuffix(".src.rpm") || fileName.hasSuffix(".nosrc.rpm") else { return nil }
        let stem = fileName.dropLast(fileName.hasSuffix(".nosrc.rpm") ? 10 : 8)
        guard let release = stem.lastIndex(of: "-"), let version = stem[..<release].lastIndex(of: "-"),
            version > stem.startIndex
        else { return nil }
        let epoch = binaryVersion.firstIndex(of: ":").map { String(binaryVersion[...$0]) } ?? ""
        self.init(name: String(stem[..<version]), version: epoch + stem[stem.index(after: version)...])
    }
}
