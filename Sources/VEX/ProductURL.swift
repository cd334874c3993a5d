/// A purl (purl-spec, PURL-SPECIFICATION.rst) as far as products are identified by it.
struct ProductURL: Sendable, Equatable {
    /// Lower case.
    var type: String
    /// Namespace and name, decoded, with slashes between; in lower case where the type ignores case.
    var path: String
    /// Empty where there is none.
    var version: String
    /// Keys in lower case, values decoded.
    var qualifiers: [String: String]

    private static let maxBytes = 4096

    /// `nil` where the text is no purl.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes, text.lowercased().hasPrefix("pkg:") else { return nil }
        var rest = text.dropFirst(4).drop { $0 == "/" }
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        var qualifiers: [String: String] = [:]
        if let mark = rest.firstIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                guard let equals = pair.firstIndex(of: "=") else { continue }
                qualifiers[pair[..<equals].lowercased()] = PercentCoding.decode(pair[pair.index(after: equals)...])
            }
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/"), slash > rest.startIndex else { return nil }
        type = rest[..<slash].lowercased()
        var path = rest[rest.index(after: slash)...]
        var version = ""
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        if let at = path[nameStart...].lastIndex(of: "@"), at != nameStart {
            version = PercentCoding.decode(path[path.index(after: at)...])
            path = path[..<at]
        }
        let decoded = path.split(separator: "/").map { PercentCoding.decode($0) }.joined(separator: "/")
        guard !decoded.isEmpty else { return nil }
        self.path = ""
        self.version = version
        self.qualifiers = qualifiers
        self.path = spelling(of: decoded)
    }

    /// A name as purls of this type write it (purl-spec, PURL-TYPES.rst).
    func spelling(of name: String) -> String {
        let folded = Self.foldsCase.contains(type) ? name.lowercased() : name
        return type == "pypi" ? String(folded.map { $0 == "_" || $0 == "." ? "-" : $0 }) : folded
    }

    private static let foldsCase: Set<String> = [
        "pypi", "oci", "docker", "deb", "apk", "github", "composer", "bitbucket",
    ]

    /// The name without its namespace.
    var name: Substring { path.split(separator: "/").last ?? "" }

    /// Whether a statement about this product is one about the package `other`: the same type, namespace and name, the
    /// same version where one is given, and every qualifier that is given.
    func covers(_ other: ProductURL) -> Bool {
        guard type == other.type else { return false }
        if qualifiers["arch"] == "src" || qualifiers["arch"] == "source" { return coversSource(of: other) }
        guard path == other.path, version.isEmpty || sameVersion(as: other) else { return false }
        return qualifiers.allSatisfy { key, value in holds(key, value, for: other) }
    }

    /// Distributions speak about source packages, too; the package's `upstream` names its source.
    private func coversSource(of other: ProductURL) -> Bool {
        guard path.dropLast(name.count) == other.path.dropLast(other.name.count) else { return false }
        let upstream = other.qualifiers["upstream"] ?? String(other.name)
        let parts = upstream.split(separator: "@", maxSplits: 1)
        guard let source = parts.first, source == name || source.hasPrefix("\(name)-") && source.hasSuffix(".src.rpm")
        else {
            return false
        }
        let sourceVersion = parts.count > 1 ? String(parts[1]) : other.version
        guard version.isEmpty || version == sourceVersion else { return false }
        return qualifiers.allSatisfy { key, value in key == "arch" || holds(key, value, for: other) }
    }

    /// An RPM's epoch is a qualifier, which some write and others leave out where it is 0.
    private func sameVersion(as other: ProductURL) -> Bool {
        guard version == other.version else { return false }
        return (qualifiers["epoch"] ?? "0") == (other.qualifiers["epoch"] ?? "0") || qualifiers["epoch"] == nil
    }

    private func holds(_ key: String, _ value: String, for other: ProductURL) -> Bool {
        if key == "epoch", value == "0", other.qualifiers["epoch"] == nil { return true }
        // Docker Scout writes the distribution in parts.
        let distro = other.qualifiers["distro"]
        switch key {
        case "os_name": return distro?.hasPrefix("\(value)-") == true || distro == value
        case "os_version": return distro.map { Self.release($0, is: value) } ?? false
        case "os_distro": return distro != nil
        case "distro":
            return other.qualifiers[key] == value || distro.map { Self.release($0, is: value, whole: true) } == true
        default: return other.qualifiers[key] == value
        }
    }

    /// Whether `distro` (`debian-12.5`) is of the release `value`: `12`, or with `whole` `debian-12`.
    static func release(_ distro: String, is value: String, whole: Bool = false) -> Bool {
        guard let dash = distro.firstIndex(of: "-") else { return false }
        let own = whole ? distro : String(distro[distro.index(after: dash)...])
        return own == value || own.hasPrefix(value + ".")
    }
}

/// Percent-coding in purls and links (RFC 3986, section 2.1).
enum PercentCoding {
    /// The text with its escapes replaced; what is no escape stays.
    static func decode(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "%")) else { return String(text) }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
