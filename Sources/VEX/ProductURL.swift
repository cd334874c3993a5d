import ScanModel

/// A purl (purl-spec, PURL-SPECIFICATION.rst) as far as products are identified by it.
struct ProductURL: Sendable, Equatable {
    /// Lower case.
    var type: String
    /// Namespace and name, and the subpath where that is part of the name, decoded, with slashes between; in lower case where
    /// the type ignores case.
    var path: String
    /// Empty where there is none.
    var version: String
    /// Keys in lower case, values decoded.
    var qualifiers: [String: String]

    /// Whether packages of this type may be parts of others, whose paths theirs begin with.
    private let hasParts: Bool

    private static let maxBytes = 4096

    /// `nil` where the text is no purl.
    init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes, let parts = PackageURLParts(text) else { return nil }
        type = parts.type
        version = ""
        qualifiers = parts.qualifiers
        path = ""
        hasParts = parts.namesParts
        let names = [parts.namespace, parts.name, hasParts ? parts.subpath : ""]
        path = spelling(of: names.filter { !$0.isEmpty }.joined(separator: "/"))
        version = spelling(ofVersion: parts.version)
    }

    /// A name as purls of this type write it (purl-spec, PURL-TYPES.rst).
    func spelling(of name: String) -> String {
        let folded = Self.foldsCase.contains(type) ? name.lowercased() : name
        return type == "pypi" ? PURL.pypiName(folded) : folded
    }

    /// A version as purls write it, where programs and documents write it otherwise.
    func spelling(ofVersion version: String) -> String {
        type == "golang" ? PURL.goVersion(version, of: path) : version
    }

    private static let foldsCase: Set<String> = [
        "pypi", "oci", "docker", "deb", "apk", "github", "composer", "bitbucket",
    ]

    /// The name without its namespace.
    var name: Substring { path.split(separator: "/").last ?? "" }

    /// Whether a statement about this product is one about the package `other`: the same type, namespace and name or a
    /// part of that, the same version where one is given, and every qualifier that is given.
    func covers(_ other: ProductURL) -> Bool {
        guard type == other.type else { return false }
        if qualifiers["arch"] == "src" || qualifiers["arch"] == "source" { return coversSource(of: other) }
        guard path == other.path || other.isPart(of: path) else { return false }
        guard version.isEmpty || sameVersion(as: other) else { return false }
        return qualifiers.allSatisfy { key, value in holds(key, value, for: other) }
    }

    /// Whether this is a part of the package at `whole`, a subspec of a pod or a folder of a repository; the owner of
    /// repositories is no package.
    func isPart(of whole: String) -> Bool {
        hasParts && path.hasPrefix(whole + "/") && (type != "github" || whole.contains("/"))
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
