/// The feeds that `advisories sync` knows, each in a format that `import` reads.
package enum FeedCatalogue {
    /// All of them, in the order that `--list` shows.
    package static let feeds: [UpstreamFeed] = distributions + languages + signals

    /// The feed of this name.
    package static func feed(_ name: String) -> UpstreamFeed? { feeds.first { $0.name == name } }

    private static let osv = "https://osv-vulnerabilities.storage.googleapis.com"
    private static let salsa = "https://salsa.debian.org"
    private static let canonical = "https://security-metadata.canonical.com"
    private static let github = "https://raw.githubusercontent.com"
    private static let archives = "https://codeload.github.com"
    private static let redHat = "https://security.access.redhat.com/data"
    private static let suse = "https://ftp.suse.com/pub/projects/security"

    private static let distributions: [UpstreamFeed] = [
        UpstreamFeed(
            "debian",
            "tracker JSON, lists",
            covers: "Debian",
            .file("https://security-tracker.debian.org/tracker/data/json", as: "tracker.json"),
            .file("\(salsa)/security-tracker-team/security-tracker/-/raw/master/data/DSA/list", as: "DSA-list"),
            .file("\(salsa)/security-tracker-team/security-tracker/-/raw/master/data/DLA/list", as: "DLA-list")
        ),
        UpstreamFeed(
            "ubuntu",
            "OSV",
            covers: "Ubuntu, with the extended releases",
            .file("\(canonical)/osv/osv-all.tar.xz", as: "osv-all.tar.xz")
        ),
        UpstreamFeed(
            "ubuntu-vex",
            "OpenVEX",
            covers: "Ubuntu, also what is not affected",
            isDefault: false,
            .file("\(canonical)/vex/vex-all.tar.xz", as: "vex-all.tar.xz")
        ),
        UpstreamFeed(
            "ubuntu-oval",
            "OVAL",
            covers: "Ubuntu, each release in a file",
            isDefault: false,
            .page("\(canonical)/oval/", endings: [".cve.oval.xml.bz2"])
        ),
        UpstreamFeed(
            "alpine",
            "secdb",
            covers: "Alpine, every branch and repository",
            .page("https://secdb.alpinelinux.org/", endings: [".json"], depth: 1)
        ),
        UpstreamFeed(
            "wolfi",
            "secdb",
            covers: "Wolfi",
            licence: "CC BY-NC-ND 4.0: not for others in changed form, not commercially",
            .file("https://packages.wolfi.dev/os/security.json", as: "security.json")
        ),
        UpstreamFeed(
            "chainguard",
            "secdb",
            covers: "Chainguard",
            licence: "CC BY-NC-ND 4.0: not for others in changed form, not commercially",
            .file("https://packages.cgr.dev/chainguard/security.json", as: "security.json")
        ),
        UpstreamFeed(
            "redhat",
            "CSAF VEX",
            covers: "Red Hat Enterprise Linux and other products",
            .pointer("\(redHat)/csaf/v2/vex/archive_latest.txt", as: "vex.tar.zst"),
            .file("\(redHat)/meta/v1/repository-to-cpe.json", as: "repository-to-cpe.json")
        ),
        UpstreamFeed("almalinux", "OSV", covers: "AlmaLinux", .file("\(osv)/AlmaLinux/all.zip", as: "all.zip")),
        UpstreamFeed("rocky", "OSV", covers: "Rocky Linux", .file("\(osv)/Rocky%20Linux/all.zip", as: "all.zip")),
        UpstreamFeed(
            "oracle",
            "OVAL",
            covers: "Oracle Linux",
            .file(
                "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2",
                as: "com.oracle.elsa-all.xml.bz2"
            )
        ),
        UpstreamFeed(
            "amazon",
            "updateinfo",
            covers: "Amazon Linux 1, 2 and 2023",
            .mirrorList(
                "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list",
                as: "updateinfo_2023.xml"
            ),
            .mirrorList("https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list", as: "updateinfo_2.xml"),
            .mirrorList(
                "http://repo.us-west-2.amazonaws.com/2018.03/updates/x86_64/mirror.list",
                as: "updateinfo_1.xml",
                isOptional: true
            )
        ),
        UpstreamFeed(
            "fedora",
            "updateinfo",
            covers: "Fedora's releases that are updated, EPEL",
            isDefault: false,
            .releases(
                "https://dl.fedoraproject.org/pub/fedora/linux/updates/",
                below: "Everything/x86_64/",
                as: "fedora-RELEASE.xml"
            ),
            .repository("https://dl.fedoraproject.org/pub/epel/8/Everything/x86_64/", as: "epel-8.xml"),
            .repository("https://dl.fedoraproject.org/pub/epel/9/Everything/x86_64/", as: "epel-9.xml")
        ),
        UpstreamFeed(
            "suse",
            "OVAL",
            covers: "SUSE Linux Enterprise, openSUSE",
            .page(
                "\(suse)/oval/",
                endings: [
                    "suse.linux.enterprise.12-affected.xml.gz", "suse.linux.enterprise.15-affected.xml.gz",
                    "suse.linux.enterprise.16-affected.xml.gz", "suse.linux.enterprise.micro.5-affected.xml.gz",
                    "suse.linux.micro.6-affected.xml.gz", "opensuse.tumbleweed-affected.xml.gz",
                    "opensuse.leap.15.5-affected.xml.gz", "opensuse.leap.15.6-affected.xml.gz",
                    "opensuse.leap.16.0-affected.xml.gz",
                ]
            )
        ),
        UpstreamFeed(
            "suse-csaf",
            "CSAF VEX",
            covers: "SUSE's products, flaw by flaw",
            isDefault: false,
            .file("\(suse)/csaf-vex.tar.bz2", as: "csaf-vex.tar.bz2")
        ),
        UpstreamFeed(
            "photon",
            "OVAL",
            covers: "VMware Photon OS 3 to 5",
            .page(
                "https://packages.vmware.com/photon/photon_oval_definitions/",
                endings: ["photon3.xml.gz", "photon4.xml.gz", "photon5.xml.gz"]
            )
        ),
        UpstreamFeed(
            "azurelinux",
            "OVAL",
            covers: "Azure Linux 3, CBL-Mariner 1 and 2",
            .file(
                "\(github)/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml",
                as: "azurelinux-3.0-oval.xml"
            ),
            .file(
                "\(github)/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-2.0-oval.xml",
                as: "cbl-mariner-2.0-oval.xml",
                isOptional: true
            ),
            .file(
                "\(github)/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-1.0-oval.xml",
                as: "cbl-mariner-1.0-oval.xml",
                isOptional: true
            )
        ),
        UpstreamFeed(
            "arch",
            "tracker JSON",
            covers: "Arch Linux",
            .file("https://security.archlinux.org/issues/all.json", as: "all.json")
        ),
    ]

    private static let languages: [UpstreamFeed] =
        [
            ("go", "Go", "Go modules"), ("pypi", "PyPI", "Python"), ("npm", "npm", "JavaScript"),
            ("maven", "Maven", "Java"), ("rubygems", "RubyGems", "Ruby"), ("crates.io", "crates.io", "Rust"),
            ("packagist", "Packagist", "PHP"), ("nuget", "NuGet", ".NET"), ("bitnami", "Bitnami", "Bitnami's images"),
            ("hex", "Hex", "Erlang and Elixir"), ("pub", "Pub", "Dart"), ("swift", "SwiftURL", "Swift"),
            ("conan", "ConanCenter", "C and C++ from Conan"), ("cran", "CRAN", "R"), ("hackage", "Hackage", "Haskell"),
            ("github-actions", "GitHub%20Actions", "GitHub Actions"),
        ].map { name, ecosystem, covers in
            UpstreamFeed(
                name,
                "OSV",
                covers: "\(covers), with GitHub's advisories",
                .file("\(osv)/\(ecosystem)/all.zip", as: "all.zip")
            )
        } + [
            UpstreamFeed(
                "rubysec",
                "YAML",
                covers: "Ruby gems and interpreters",
                .file("\(archives)/rubysec/ruby-advisory-db/tar.gz/refs/heads/master", as: "ruby-advisory-db.tar.gz")
            ),
            UpstreamFeed(
                "rustsec",
                "Markdown with TOML",
                covers: "Rust crates and toolchain",
                .file("\(archives)/rustsec/advisory-db/tar.gz/refs/heads/main", as: "advisory-db.tar.gz")
            ),
            UpstreamFeed(
                "retirejs",
                "JSON",
                covers: "JavaScript in web pages",
                .file(
                    "\(github)/RetireJS/retire.js/master/repository/jsrepository-v5.json",
                    as: "jsrepository-v5.json"
                ),
                .file("\(github)/RetireJS/retire.js/master/repository/npmrepository.json", as: "npmrepository.json")
            ),
        ]

    private static let signals: [UpstreamFeed] = [
        UpstreamFeed(
            "nvd",
            "NVD 2.0 by year",
            covers: "programs by CPE; ratings of all CVEs",
            .years(
                "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-YEAR.json.gz",
                as: "nvdcve-2.0-YEAR.json.gz",
                first: 2002
            )
        ),
        UpstreamFeed(
            "nvd-overrides",
            "NVD 2.0 by CVE",
            covers: "programs by CPE that NVD has not named",
            .file("\(archives)/anchore/nvd-data-overrides/tar.gz/refs/heads/main", as: "nvd-data-overrides.tar.gz")
        ),
        UpstreamFeed(
            "vulnrichment",
            "CVE records",
            covers: "CISA's ratings of CVEs",
            .file("\(archives)/cisagov/vulnrichment/tar.gz/refs/heads/develop", as: "vulnrichment.tar.gz")
        ),
        UpstreamFeed(
            "epss",
            "CSV",
            covers: "chances of exploitation",
            licence: "free with attribution to FIRST",
            .file("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", as: "epss_scores-current.csv.gz")
        ),
        UpstreamFeed(
            "kev",
            "JSON",
            covers: "flaws known to be exploited",
            .file(
                "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
                as: "known_exploited_vulnerabilities.json"
            )
        ),
        UpstreamFeed(
            "distro-info",
            "CSV, lists",
            covers: "ends of support of Debian and Ubuntu",
            .file("\(salsa)/debian/distro-info-data/-/raw/main/debian.csv", as: "debian.csv"),
            .file("\(salsa)/debian/distro-info-data/-/raw/main/ubuntu.csv", as: "ubuntu.csv")
        ),
    ]
}
