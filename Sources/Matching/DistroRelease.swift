import Advisories
package import ScanModel

/// Which distribution's advisories speak about an image.
package enum DistroRelease {
    /// The ecosystem keys for `distro`: its own release, or that of the distribution whose packages it carries.
    package static func keys(of distro: Distro) -> [String] {
        let id = distro.id.lowercased()
        if let own = key(id: id, distro) { return [own] }
        if let parent = ReleaseCodename.parent(of: distro) { return ["\(parent.id):\(parent.release)"] }
        if let release = RPMRelease.key(ofDerivative: distro) { return [release] }
        return distro.versionID.isEmpty ? [id] : ["\(id):\(distro.versionID)"]
    }

    private static func key(id: String, _ distro: Distro) -> String? {
        let parts = distro.versionID.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let major = parts.first ?? ""
        let minor = parts.prefix(2).joined(separator: ".")
        switch id {
        case "debian", "raspbian": return debian(distro, major: major)
        case "ubuntu": return "ubuntu:\(distro.versionID)"
        case "alpine":
            // A pre-release (`3.21_alpha20240807`) is what edge calls itself.
            return distro.versionID.contains("_") || parts.count < 2 ? "alpine:edge" : "alpine:\(minor)"
        case _ where RPMRelease.ids.contains(id): return RPMRelease.key(id: id, distro)
        case "wolfi", "chainguard", "minimos", "echo": return id
        case _ where id.hasPrefix("opensuse-tumbleweed"): return "opensuse-tumbleweed"
        // Made of Tumbleweed's packages.
        case "opensuse-microos", "opensuse-aeon", "opensuse-kalpa", "opensuse-slowroll": return "opensuse-tumbleweed"
        case "opensuse-leap-micro", "leap-micro": return join("opensuse-leap-micro", distro.versionID)
        case "opensuse-leap", "sle-micro", "sl-micro": return join(id, distro.versionID)
        // Micro's images for real time and for clusters carry the same packages.
        case "sle-micro-rancher": return join("sle-micro", distro.versionID)
        case "sles", "sled", "sle_hpc", "sle-hpc", "sles_sap", "sles-sap", "sle_rt", "sle-rt", "suse_sles":
            return join("sles", distro.versionID)
        case "azurelinux", "mariner": return join(id, major)
        case "photon": return join("photon", distro.versionID)
        // Its service packs have the number of the release: `22.03-LTS-SP3`.
        case "openeuler":
            let parts = [distro.versionID, distro.codename?.lowercased() ?? ""].filter { !$0.isEmpty }
            return join(id, parts.joined(separator: "-"))
        default: return nil
        }
    }

    private static func join(_ id: String, _ release: String) -> String { release.isEmpty ? id : "\(id):\(release)" }

    /// Testing and unstable both call themselves `…/sid` and have no number; a fix enters both with one version.
    private static func debian(_ distro: Distro, major: String) -> String? {
        if !major.isEmpty { return "debian:\(major)" }
        if distro.name.hasSuffix("/sid") { return "debian:sid" }
        return "debian:\(distro.codename.flatMap { DebianRelease.number($0.lowercased()) } ?? "sid")"
    }
}
