import ScanModel

/// The keys of distributions with RPM packages whose advisories go by major release.
enum RPMRelease {
    /// The `ID`s of os-release that `key(id:_:)` knows.
    static let ids: Set<String> = [
        "rhel", "redhat", "centos", "scientific", "almalinux", "rocky", "ol", "amzn", "fedora", "arch",
        "archarm",
    ]

    /// The key for a distribution of `ids`: rebuilds with bulletins of their own go by these, the others by Red Hat's.
    static func key(id: String, _ distro: Distro) -> String {
        let major = major(of: distro)
        switch id {
        case "rhel", "redhat", "centos", "scientific": return join("rhel", major)
        case "ol": return join("oracle", major)
        // The first Amazon Linux numbers its images by date: `2018.03`.
        case "amzn": return distro.versionID.contains(".") && major.hasPrefix("201") ? "amzn:1" : join("amzn", major)
        case "arch", "archarm": return "arch"
        default: return join(id, major)
        }
    }

    /// The key of what a derivative without advisories of its own is rebuilt from, by its `ID_LIKE`.
    ///
    /// Rebuilds of Enterprise Linux keep its major number, those of Fedora its release; Arch has none.
    static func key(ofDerivative distro: Distro) -> String? {
        let parents = distro.idLike.map { $0.lowercased() }
        let major = major(of: distro)
        if parents.contains("rhel") || parents.contains("centos") {
            return enterpriseReleases.contains(major) ? "rhel:\(major)" : nil
        }
        if parents.contains("fedora"), major.count == 2 { return "fedora:\(major)" }
        return parents.contains("arch") ? "arch" : nil
    }

    /// Where packages of EPEL may be installed as well: the key of its release for that of the distribution.
    static func extraPackages(of key: String) -> String? {
        let parts = key.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, ["rhel", "almalinux", "rocky", "oracle"].contains(parts[0]),
            enterpriseReleases.contains(String(parts[1]))
        else { return nil }
        return "epel:\(parts[1])"
    }

    private static let enterpriseReleases: Set<String> = ["5", "6", "7", "8", "9", "10"]

    private static func major(of distro: Distro) -> String { String(distro.versionID.prefix { $0 != "." }) }

    private static func join(_ id: String, _ release: String) -> String { release.isEmpty ? id : "\(id):\(release)" }
}
