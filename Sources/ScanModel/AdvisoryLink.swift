/// Where people read about an advisory.
package enum AdvisoryLink {
    /// The page about `id`: for packages of a distribution the one that its publisher has, where `distro` names it.
    ///
    /// Not what an advisory links to, which depends on the feeds that were imported: a policy's messages say the address, and
    /// are the same for the same image whoever judges it.
    package static func address(_ id: String, distro: Distro?) -> String {
        if id.hasPrefix("GHSA-") { return "https://github.com/advisories/\(id)" }
        if id.hasPrefix("RHSA-") || id.hasPrefix("RHBA-") { return "https://access.redhat.com/errata/\(id)" }
        guard id.hasPrefix("CVE-") else { return "https://osv.dev/vulnerability/\(id)" }
        switch distro?.id {
        case "debian": return "https://security-tracker.debian.org/tracker/\(id)"
        case "ubuntu": return "https://ubuntu.com/security/\(id)"
        case "alpine": return "https://security.alpinelinux.org/vuln/\(id)"
        case "rhel", "centos", "rocky", "almalinux": return "https://access.redhat.com/security/cve/\(id)"
        case "amzn": return "https://alas.aws.amazon.com/cve/html/\(id).html"
        case "sles", "opensuse-leap", "opensuse-tumbleweed": return "https://www.suse.com/security/cve/\(id)"
        default: return "https://nvd.nist.gov/vuln/detail/\(id)"
        }
    }
}
