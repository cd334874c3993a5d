import ScanModel
import Testing

@Suite("Pages about advisories")
struct AdvisoryLinkTests {
    @Test(
        "A flaw has the page of the distribution whose package it is in, or else of who names it",
        arguments: [
            ("CVE-2024-1", "debian", "https://security-tracker.debian.org/tracker/CVE-2024-1"),
            ("CVE-2024-1", "ubuntu", "https://ubuntu.com/security/CVE-2024-1"),
            ("CVE-2024-1", "alpine", "https://security.alpinelinux.org/vuln/CVE-2024-1"),
            ("CVE-2024-1", "rocky", "https://access.redhat.com/security/cve/CVE-2024-1"),
            ("CVE-2024-1", "amzn", "https://alas.aws.amazon.com/cve/html/CVE-2024-1.html"),
            ("CVE-2024-1", "sles", "https://www.suse.com/security/cve/CVE-2024-1"),
            ("CVE-2024-1", "void", "https://nvd.nist.gov/vuln/detail/CVE-2024-1"),
            ("CVE-2024-1", nil, "https://nvd.nist.gov/vuln/detail/CVE-2024-1"),
            ("GHSA-aaaa-bbbb-cccc", "debian", "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"),
            ("RHSA-2024:1", "rhel", "https://access.redhat.com/errata/RHSA-2024:1"),
            ("PYSEC-2024-1", nil, "https://osv.dev/vulnerability/PYSEC-2024-1"),
        ] as [(String, String?, String)]
    )
    func pages(id: String, distro: String?, page: String) {
        let distro = distro.map { Distro(id: $0, versionID: "1", name: $0) }
        #expect(AdvisoryLink.address(id, distro: distro) == page)
    }
}
