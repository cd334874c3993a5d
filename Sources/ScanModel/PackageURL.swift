/// Package URLs (purl-spec, PURL-SPECIFICATION.rst and PURL-TYPES.rst).
extension Package {
    /// The purl of this package in an image of `distro`; OS packages carry `arch`, `distro`, `epoch` and `upstream`.
    package func purl(distro: Distro?) -> String {
        switch type {
        case .deb, .apk, .rpm: osPURL(distro: distro)
        case .python: "pkg:pypi/\(PURL.encode(PURL.pypiName(name)))@\(PURL.encode(version))"
        case .npm:
            if name.hasPrefix("@"), let slash = name.firstIndex(of: "/") {
                "pkg:npm/\(PURL.encode(String(name[..<slash])))/"
                    + "\(PURL.encode(String(name[name.index(after: slash)...])))@\(PURL.encode(version))"
            } else {
                "pkg:npm/\(PURL.encode(name))@\(PURL.encode(version))"
            }
        case .gem: "pkg:gem/\(PURL.encode(name))@\(PURL.encode(version))"
        case .java:
            "pkg:maven/" + (group.map { PURL.encode($0) + "/" } ?? "") + "\(PURL.encode(name))@\(PURL.encode(version))"
        case .go:
            "pkg:golang/\(PURL.encodePath((group.map { $0 + "/" } ?? "") + name))@\(PURL.encode(version))"
        case .binary: "pkg:\(binaryPath)@\(PURL.encode(version))"
        default: "pkg:generic/\(PURL.encode(name))@\(PURL.encode(version))"
        }
    }

    /// Type, namespace and name in the purl of a binary; most are generic and named alike there.
    private var binaryPath: String {
        switch name {
        case "fluent-bit": "github/fluent/fluent-bit"
        case "libphp": "generic/php"
        case "pilot-agent", "pilot-discovery": "generic/istio"
        default: "generic/\(PURL.encodePath((group.map { $0 + "/" } ?? "") + name))"
        }
    }

    private func osPURL(distro: Distro?) -> String {
        let kind = type == .deb ? "deb" : type == .apk ? "apk" : "rpm"
        var qualifiers: [String] = []
        if !arch.isEmpty { qualifiers.append("arch=\(PURL.encode(arch))") }
        if let distro, !distro.id.isEmpty {
            let release = distro.versionID.isEmpty ? (distro.codename ?? "") : distro.versionID
            qualifiers.append("distro=\(PURL.encode(release.isEmpty ? distro.id : "\(distro.id)-\(release)"))")
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
        let namespace = distro.map { $0.id.isEmpty ? "" : "\(PURL.encode($0.id))/" } ?? ""
        return "pkg:\(kind)/\(namespace)\(PURL.encode(name))@\(PURL.encode(printedVersion))"
            + (qualifiers.isEmpty ? "" : "?" + qualifiers.joined(separator: "&"))
    }
}

package enum PURL {
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

    /// Encodes each part of a name with a namespace.
    package static func encodePath(_ path: String) -> String {
        path.split(separator: "/").map { encode(String($0)) }.joined(separator: "/")
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
