import Bytes

/// Package URLs (purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst).
extension Package {
    /// The purl of this package in an image of `distro`; OS packages carry `arch`, `distro`, `epoch` and `upstream`.
    package func purl(distro: Distro?) -> String {
        let kind = PURLType.purlType(type)
        let tail = hasVersion ? "@\(PURL.encode(version))" : ""
        switch kind {
        case _ where PURLType.isOfDistribution(kind): return osPURL(kind, distro: distro)
        case "pypi": return "pkg:pypi/\(PURL.encode(PURL.pypiName(name)))" + tail
        case "gem":
            return "pkg:gem/\(PURL.encode(name))" + tail + (arch.isEmpty ? "" : "?platform=\(PURL.encode(arch))")
        case "generic": return "pkg:\(genericPath)" + tail
        case _ where PURLType.hasGroup(kind):
            return "pkg:\(kind)/" + (group.map { PURL.encodePath($0) + "/" } ?? "") + PURL.encode(name) + tail
        case "composer":
            let segments = name.lowercased().split(separator: "/", maxSplits: 1).map { PURL.encode(String($0)) }
            return "pkg:composer/" + segments.joined(separator: "/") + tail
        case "npm" where !name.hasPrefix("@"): return "pkg:npm/\(PURL.encode(name))" + tail
        case "golang":
            let path = (group.map { $0 + "/" } ?? "") + name
            let tail = hasVersion ? "@\(PURL.encode(PURL.goVersion(version, of: path)))" : ""
            return "pkg:golang/\(PURL.encodePath(path))\(tail)"
        case _ where PURLType.hasSubpath(kind):
            let depth = kind == "github" ? 2 : 1
            let parts = name.split(separator: "/", maxSplits: depth).map { PURL.encodePath(String($0)) }
            guard parts.count > depth else { return "pkg:\(kind)/\(PURL.encodePath(name))" + tail }
            return "pkg:\(kind)/\(parts.dropLast().joined(separator: "/"))\(tail)#\(parts[depth])"
        case _ where PURLType.hasSegments(kind):
            return "pkg:\(kind)/" + PURL.encodePath(name) + tail
        default: return "pkg:\(kind)/\(PURL.encode(name))" + tail
        }
    }

    /// Type, namespace and name of what has no purl type of its own; most programs are named alike there.
    private var genericPath: String {
        switch (type, name) {
        case (.binary, "fluent-bit"): "github/fluent/fluent-bit"
        case (.binary, "libphp"): "generic/php"
        case (.binary, "pilot-agent"), (.binary, "pilot-discovery"): "generic/istio"
        default: "generic/" + (group.map { PURL.encodePath($0) + "/" } ?? "") + PURL.encode(name)
        }
    }

    private func osPURL(_ kind: String, distro: Distro?) -> String {
        var qualifiers: [String] = []
        if !arch.isEmpty { qualifiers.append("arch=\(PURL.encode(arch))") }
        // A package of another distribution, as in snaps, says whose it is; of which release is not known.
        let isForeign = group != nil && group != distro?.id
        if let distro, !distro.id.isEmpty, !isForeign {
            // Debian's testing names its codename to come, and carries what unstable has.
            let unnumbered = distro.name.hasSuffix("/sid") ? "sid" : distro.codename ?? ""
            let release = distro.versionID.isEmpty ? unnumbered : distro.versionID
            qualifiers.append("distro=\(PURL.encode(release.isEmpty ? distro.id : "\(distro.id)-\(release)"))")
            qualifiers += PURLDistro.parentage(of: distro)
        }
        var printedVersion = version
        if type == .rpm, let colon = version.firstIndex(of: ":") {
            qualifiers.append("epoch=\(PURL.encode(String(version[..<colon])))")
            printedVersion = String(version[version.index(after: colon)...])
        }
        if let module { qualifiers.append("rpmmod=\(PURL.encode(module))") }
        if let source, source.name != name || source.version != version {
            let upstream = source.version == version ? source.name : "\(source.name)@\(source.version)"
            qualifiers.append("upstream=\(PURL.encode(upstream))")
        }
        let owner = group ?? distro?.id ?? ""
        let namespace = owner.isEmpty ? "" : "\(PURL.encode(owner))/"
        let tail = hasVersion ? "@\(PURL.encode(printedVersion))" : ""
        return "pkg:\(kind)/\(namespace)\(PURL.encode(name))\(tail)"
            + (qualifiers.isEmpty ? "" : "?" + qualifiers.joined(separator: "&"))
    }
}

extension InstalledPackage {
    /// The purl of the package in an image of `distro`, which also names the OS package that owns it (`owner=`): with it
    /// the list of an image's purls says as much for matching as the image.
    package func purl(distro: Distro?) -> String {
        let plain = package.purl(distro: distro)
        guard let ownedBy, !package.type.isOS else { return plain }
        let qualifier = "owner=\(PURL.encode(ownedBy))"
        // Sorted by key; the only other one that a package of a language has is `platform`.
        guard let mark = plain.firstIndex(of: "?") else {
            let end = plain.firstIndex(of: "#") ?? plain.endIndex
            return "\(plain[..<end])?\(qualifier)\(plain[end...])"
        }
        return "\(plain[...mark])\(qualifier)&\(plain[plain.index(after: mark)...])"
    }
}

/// How the parts of a package URL are written (purl-spec, "Character encoding").
package enum PURL {
    /// Percent-encodes the segments of a path and leaves the slashes between them.
    static func encodePath(_ text: String) -> String {
        text.split(separator: "/").map { encode(String($0)) }.joined(separator: "/")
    }

    /// Percent-encodes everything but unreserved characters and the colon.
    package static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            let isAlphanumeric =
                (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
            if isAlphanumeric || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "~") || byte == UInt8(ascii: ":")
            {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Undoes percent-encoding; a stray percent sign stays as it is.
    package static func decode(_ text: some StringProtocol) -> String { PercentEncoding.decodeLeniently(text) }

    /// The version of the Go module `path`, where Go's library, `go1.22.1` in programs, is 1.22.1 as it is in advisories.
    ///
    /// What somebody built out of a release and named after it (`go1.22.1-x`) stays as it is.
    package static func goVersion(_ version: String, of path: String) -> String {
        let number = version.dropFirst(2)
        guard path == "stdlib", version.hasPrefix("go"), number.first?.isNumber == true,
            number.allSatisfy({ $0 == "." || $0.isLetter || $0.isNumber })
        else { return version }
        return String(number)
    }

    /// A Python name as indexes compare it (PEP 503): lower case, runs of `-_.` become one `-`.
    package static func pypiName(_ name: String) -> String {
        var out: [UInt8] = []
        for byte in name.utf8 {
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") {
                if out.last != UInt8(ascii: "-") { out.append(UInt8(ascii: "-")) }
            } else {
                out.append(byte >= 65 && byte <= 90 ? byte | 0x20 : byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
