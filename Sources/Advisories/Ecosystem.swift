import ScanModel
package import Versions

extension VersionScheme: Codable {}

/// The ecosystems that advisories are filed under: keys, version orders and the spelling of names.
package enum Ecosystem {
    /// The key and the version order of an OSV ecosystem string (OSV schema 1.7, "Defined ecosystems").
    ///
    /// `Debian:12` becomes `debian:12`, `Ubuntu:22.04:LTS` `ubuntu:22.04`, `Alpine:v3.18` `alpine:3.18`, `PyPI` `pypi`.
    static func osv(_ name: String) -> (key: String, scheme: VersionScheme)? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, !first.isEmpty else { return nil }
        let base = first.lowercased()
        let release = parts.count > 1 ? parts[1].lowercased() : ""
        if let scheme = languages[base] { return (base == "crates.io" ? base : slug(base), scheme) }
        switch base {
        case "debian": return (join("debian", DebianRelease.number(release) ?? DebianRelease.major(release)), .dpkg)
        case "ubuntu": return (ubuntu(parts), .dpkg)
        case "alpine": return (join("alpine", release.hasPrefix("v") ? String(release.dropFirst()) : release), .apk)
        case "rocky linux": return (join("rocky", release), .rpm)
        case "red hat":
            guard parts.count > 2 else { return (name.lowercased(), .rpm) }
            return (RedHatProduct.key(product: release, version: parts[2]) ?? name.lowercased(), .rpm)
        case "suse": return (suse(release), .rpm)
        case "opensuse": return (SUSEProduct.release("opensuse " + release) ?? "opensuse-tumbleweed", .rpm)
        // The first two releases went by the name of Mariner.
        case "azure linux": return (join(["1", "2"].contains(release) ? "mariner" : "azurelinux", release), .rpm)
        case "photon os": return (join("photon", release), .rpm)
        case "almalinux", "mageia", "openeuler", "fedora": return (join(base, release), .rpm)
        // Its builds of languages' packages go by `Echo:PyPI` and the like.
        case "echo" where release.isEmpty: return ("echo", .dpkg)
        case "wolfi", "chainguard", "minimos", "alpaquita": return (join(base, release), .apk)
        default: return (name.lowercased(), .generic)
        }
    }

    /// The spelling under which a name is filed in the ecosystem `key`.
    ///
    /// PEP 503 for Python; lower case where the registry ignores case; otherwise unchanged.
    package static func normalizedName(_ name: String, in key: String) -> String {
        switch key {
        case "pypi": PURL.pypiName(name)
        case "packagist", "nuget", "hex", "pub", "github-actions": name.lowercased()
        default: name
        }
    }

    /// By lower-case OSV name.
    private static let languages: [String: VersionScheme] = [
        "go": .go, "npm": .npm, "pypi": .pep440, "maven": .maven, "rubygems": .rubygems, "crates.io": .semver,
        "packagist": .composer, "nuget": .nuget, "hex": .semver, "pub": .semver, "bitnami": .generic,
        "github actions": .semver, "swifturl": .semver, "hackage": .generic, "cran": .generic,
        "conancenter": .generic, "bioconductor": .generic, "oss-fuzz": .generic, "android": .generic,
    ]

    /// `Linux Enterprise Server 15 SP5` (or a module of it) as os-release says it, `sles:15.5`.
    private static func suse(_ product: String) -> String {
        SUSEProduct.release("suse " + product) ?? "suse:" + product
    }

    /// `Ubuntu:22.04:LTS`, `Ubuntu:Pro:16.04:LTS`, `Ubuntu:Pro:FIPS-updates:22.04:LTS`.
    private static func ubuntu(_ parts: [String]) -> String {
        guard let index = parts.firstIndex(where: UbuntuRelease.isNumber) else {
            return parts.joined(separator: ":").lowercased()
        }
        let words = parts[1..<max(1, index)].map { $0.lowercased() }
        guard words.first == "pro" else { return "ubuntu:\(parts[index])" }
        return UbuntuRelease.key(number: parts[index], channel: words.count > 1 ? words[1] : "esm")
    }

    private static func join(_ base: String, _ release: String) -> String {
        release.isEmpty ? base : "\(base):\(release)"
    }

    /// The name in lower case with dashes for spaces.
    static func slug(_ name: String) -> String {
        String(name.lowercased().map { $0 == " " ? "-" : $0 })
    }
}

/// Debian's releases.
package enum DebianRelease {
    /// The number that advisories are filed under: since Debian 4 the first one alone, `6` for `6.0`.
    static func major(_ release: String) -> String {
        let parts = release.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = Int(parts[0]), major >= 4, Int(parts[1]) != nil else { return release }
        return String(major)
    }

    /// The number of the release with this codename, `sid` for unstable; `nil` where unknown.
    package static func number(_ codename: String) -> String? { ReleaseCodename.debian[codename] }
}
