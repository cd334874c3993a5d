/// The distribution that a purl names, in the forms in which tools write it.
enum PURLDistro {
    /// Names that tools have for distributions which call themselves something else in os-release(5).
    private static let names = [
        "redhat": "rhel", "alma": "almalinux", "oracle": "ol", "amazon": "amzn", "rockylinux": "rocky",
        "cbl-mariner": "mariner", "suse linux enterprise server": "sles", "suse linux enterprise micro": "sle-micro",
        "opensuse.leap": "opensuse-leap", "opensuse.tumbleweed": "opensuse-tumbleweed", "archlinux": "arch",
    ]

    /// Distributions whose own name and release say whose advisories speak about them.
    private static let independent: Set<String> = [
        "debian", "raspbian", "ubuntu", "alpine", "wolfi", "chainguard", "minimos", "rhel", "redhat", "centos",
        "scientific", "almalinux", "rocky", "ol", "amzn", "fedora", "azurelinux", "mariner", "photon", "arch",
        "archarm",
        "gentoo",
    ]

    /// What of a derivative's os-release leads to the distribution that it is made from: the qualifiers
    /// `distro_codename` and `distro_like`; none for others, whose purls are as every tool writes them.
    ///
    /// openEuler's codename tells its service packs apart.
    static func parentage(of distro: Distro) -> [String] {
        guard !distro.idLike.isEmpty || distro.id == "openeuler", !independent.contains(distro.id.lowercased()),
            !distro.id.hasPrefix("opensuse"), !distro.id.hasPrefix("sl")
        else { return [] }
        let codename = distro.codename.map { "distro_codename=\(PURL.encode($0))" }
        let like = distro.idLike.isEmpty ? nil : "distro_like=\(PURL.encode(distro.idLike.joined(separator: ",")))"
        return [codename, like].compactMap { $0 }
    }

    /// The `ID` of os-release for what a tool calls the distribution.
    static func id(_ name: String) -> String {
        let lowered = name.lowercased()
        return names[lowered] ?? lowered
    }

    /// Reads the qualifier `distro` of a purl whose namespace is `namespace`.
    ///
    /// `debian-12` is a distribution and its release; `12` or `bookworm` alone is a release or a codename of the
    /// namespace's distribution, and so is `alpine-edge`.
    static func parse(_ text: String, namespace: String) -> Distro? {
        guard !text.isEmpty else { return nil }
        let vendor = id(namespace)
        if let dash = text.lastIndex(of: "-"), let first = text[text.index(after: dash)...].first, first.isNumber {
            return Distro(
                id: id(String(text[..<dash])),
                versionID: String(text[text.index(after: dash)...]),
                name: text
            )
        }
        guard !vendor.isEmpty else { return Distro(id: id(text), versionID: "", name: text) }
        if text.first?.isNumber == true { return Distro(id: vendor, versionID: text, name: "\(vendor) \(text)") }
        var release = text.lowercased()
        if release == vendor || id(release) == vendor { return Distro(id: vendor, versionID: "", name: text) }
        if release.hasPrefix("\(vendor)-") { release.removeFirst(vendor.count + 1) }
        // `opensuse-tumbleweed` under the vendor `opensuse` is a distribution of its own.
        if vendor == "opensuse" { return Distro(id: "\(vendor)-\(release)", versionID: "", name: text) }
        return Distro(id: vendor, versionID: "", name: text, codename: release)
    }
}

extension Distro {
    /// The `ID` of os-release(5) for the name that a tool has for a distribution: `redhat` is `rhel`.
    package static func id(named name: String) -> String { PURLDistro.id(name) }
}
