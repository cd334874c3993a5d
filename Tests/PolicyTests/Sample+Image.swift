import Policy
import ScanModel
import Versions

extension Sample {
    /// An image of which everything is known.
    static let image: ImageFacts = {
        var image = ImageFacts()
        image.imageID = String(repeating: "ab", count: 32)
        image.digest = "sha256:" + String(repeating: "cd", count: 32)
        image.metadata.size = 200 << 20
        image.metadata.architecture = "amd64"
        image.metadata.operatingSystem = "linux"
        image.metadata.distro = "debian"
        image.metadata.distroVersion = "12"
        image.metadata.likeDistro = "debian"
        image.metadata.layerCount = 3
        image.dockerfile = .collected(DockerfileFacts(mode: .guessed, text: dockerfile))
        image.packages = .collected(packages)
        image.vulnerabilities = .collected(vulnerabilities)
        image.advisories = .collected(
            AdvisoryFacts(
                namespace: "debian:12",
                hasDistroRecords: true,
                oldestSync: PolicyInstant("2026-11-25T00:00:00Z")
            )
        )
        image.files = .collected(FileTable(files, hasDigests: true))
        image.contentSearches = [NamedPattern("PASSWORD=.*password.*")]
        image.contentMatches = .collected([
            ContentMatch(path: "/app/config.ini", name: "PASSWORD", pattern: ".*password.*", lines: [3])
        ])
        image.secretMatches = .collected([
            ContentMatch(path: "/root/.aws/credentials", name: "AWS_ACCESS_KEY", pattern: "(?i).*key.*", lines: [2]),
            ContentMatch(path: "/root/id_rsa", name: "PRIV_KEY", pattern: "(?i)-+BEGIN(.*)PRIVATE KEY-+", lines: [1]),
        ])
        image.retrievedFiles = .collected([
            "/etc/passwd": passwd, "/etc/httpd.conf": "Listen 80\nSSLEngine on\nServerName my host\n",
        ])
        image.passwdEntries = .collected(PasswdEntry.entries(of: passwd))
        image.malwareScans = .collected([
            MalwareScan(scanner: "clamav", findings: [.init(path: "/tmp/eicar", signature: "Unix.Eicar-1")])
        ])
        image.npmFeed = .collected(
            PackageFeed(entries: ["lodash": .init(latest: "4.17.21", versions: ["4.17.20", "4.17.21"])])
        )
        image.gemFeed = .collected(PackageFeed(entries: ["rake": .init(latest: "13.1.0", versions: ["13.1.0"])]))
        return image
    }()

    static let dockerfile = """
        FROM scratch
        # a comment
        ADD file:abc in /
        RUN /bin/sh -c apt-get update && \\
            apt-get install -y curl
        EXPOSE 22/tcp 8080
        EXPOSE 443
        USER app
        CMD ["bash"]
        """

    static let passwd = """
        root:x:0:0:root:/root:/bin/bash
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        broken
        ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin
        """

    static let openssl = PackageFact(
        name: "openssl",
        version: "3.0.11-1~deb12u2",
        type: "dpkg",
        isOS: true,
        licenses: ["Apache-2.0"],
        scheme: .dpkg,
        files: .collected([
            PackageFile(path: "/usr/bin/openssl", algorithm: .md5, digest: "aa", mode: 0o755, size: 900),
            PackageFile(path: "/usr/bin/c_rehash", algorithm: .md5, digest: "bb"),
            PackageFile(path: "/etc/ssl/openssl.cnf", isConfiguration: true, algorithm: .md5, digest: "cc"),
            PackageFile(path: "/usr/lib/engine.so", algorithm: .sha256, digest: "dd", mode: 0o644, size: 10),
        ])
    )
    static let bash = PackageFact(
        name: "bash",
        version: "5.2.15",
        release: "3.el9",
        type: "rpm",
        isOS: true,
        licenses: ["GPL-3+ GFDL"],
        scheme: .rpm,
        files: .collected([])
    )
    static let lodash = PackageFact(
        name: "lodash",
        version: "4.17.20",
        type: "npm",
        isOS: false,
        licenses: ["MIT"],
        location: "/app/node_modules/lodash/package.json"
    )
    static let leftPad = PackageFact(
        name: "left-pad",
        version: "1.3.0",
        type: "npm",
        isOS: false,
        location: "/app/node_modules/left-pad/package.json"
    )
    static let rake = PackageFact(
        name: "rake",
        version: "13.0.6",
        type: "gem",
        isOS: false,
        location: "/usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.6.gemspec"
    )
    static let log4j = PackageFact(
        name: "log4j-core",
        version: "2.14.1",
        type: "java",
        isOS: false,
        location: "/app/lib/log4j-core-2.14.1.jar"
    )
    static let flask = PackageFact(
        name: "Flask",
        version: "2.0",
        type: "python",
        isOS: false,
        location: "/usr/lib/python3/dist-packages/Flask-2.0.dist-info/METADATA"
    )
    static let packages = [openssl, bash, lodash, leftPad, rake, log4j, flask]

    static let files = [
        FileFact(path: "/usr/bin/openssl", mode: 0o100755, size: 900, sha256: "11", md5: "aa"),
        FileFact(path: "/etc/ssl/openssl.cnf", mode: 0o100644, size: 5, sha256: "22", md5: "changed"),
        FileFact(path: "/usr/lib/engine.so", mode: 0o100600, size: 10, sha256: "dd"),
        FileFact(path: "/usr/bin/sudo", mode: 0o104755, size: 100, sha256: "33"),
        FileFact(path: "/etc/ssl/private/key.pem", mode: 0o100640, size: 100, sha256: "44"),
        FileFact(path: "/usr", kind: .directory, mode: 0o40755),
    ]

    static let vulnerabilities = [
        VulnerabilityFact(
            id: "CVE-2023-0001",
            severity: .high,
            link: "https://example.org/CVE-2023-0001",
            package: openssl,
            fixedVersions: ["3.0.13-1"],
            fixObserved: PolicyInstant("2026-11-01T00:00:00Z"),
            detected: PolicyInstant("2026-11-10T00:00:00Z"),
            nvdScores: [
                .init(version: "2.0", base: 9.9, exploitability: 10, impact: 10),
                .init(version: "3.1", base: 7.5, exploitability: 3.9, impact: 3.6),
            ],
            vendorScores: [.init(version: "3.0", base: 5.5, exploitability: 1.8, impact: 0)]
        ),
        VulnerabilityFact(id: "CVE-2023-0002", severity: .medium, package: openssl, willNotFix: true),
        VulnerabilityFact(
            id: "CVE-2021-44228",
            aliases: ["GHSA-jfh8-c2jp-5v3q"],
            severity: .critical,
            link: "l",
            package: log4j,
            fixedVersions: ["2.15.0", "2.12.2"],
            nvdScores: [.init(version: "3.1", base: 10, exploitability: 3.9, impact: 6)]
        ),
        VulnerabilityFact(id: "CVE-2020-0003", severity: .low, package: lodash),
        VulnerabilityFact(id: "CVE-2020-0004", severity: .low, package: rake),
        VulnerabilityFact(id: "CVE-2020-0005", severity: .negligible, package: flask),
        VulnerabilityFact(id: "CVE-2020-0006", severity: .unknown, package: openssl),
    ]
}
