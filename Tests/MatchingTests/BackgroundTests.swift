import Advisories
import ScanModel
import Testing
import Versions

@testable import Matching

struct BackgroundTests {
    private static let critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

    private func finding(
        range severity: Severity? = nil,
        record: Severity = .unknown,
        _ enrichments: [CVEEnrichment]
    ) throws -> Finding {
        let range = AffectedRange(
            ecosystem: "debian:12",
            package: "curl",
            scheme: .dpkg,
            fixState: .notFixed,
            severity: severity
        )
        let advisory = AdvisoryRecord(id: "CVE-1", provider: "debian", severity: record, affected: [range])
        let join = FindingJoin(records: [1: advisory], epss: [:], kev: [:], enrichments: ["CVE-1": enrichments])
        let match = Match(candidate: Candidate(record: 1, range: range), comparedVersion: "1")
        return try #require(join.findings([match]).first)
    }

    private func enrichment(_ provider: String, _ severity: Severity, isRejected: Bool = false) throws -> CVEEnrichment
    {
        CVEEnrichment(
            cve: "CVE-1",
            provider: provider,
            severity: severity,
            cvss: [try #require(CVSS.parse(Self.critical))],
            summary: "of \(provider)",
            ssvc: SSVC(exploitation: "poc", automatable: "no", technicalImpact: "partial"),
            knownExploited: "2024-01-02",
            isRejected: isRejected
        )
    }

    @Test("The distribution's rating counts, then the advisory's, then that of NVD, then that of the CVE record")
    func order() throws {
        let both = [try enrichment("vulnrichment", .high), try enrichment("nvd", .critical)]
        #expect(try finding(range: .low, record: .medium, both).severity == .low)
        #expect(try finding(record: .medium, both).severity == .medium)
        #expect(try finding(both).severity == .critical)
        #expect(
            try finding([try enrichment("nvd", .unknown), try enrichment("vulnrichment", .high)]).severity == .high
        )
        #expect(try finding([]).severity == .unknown)
        #expect(try finding([try enrichment("nvd", .high, isRejected: true)]).severity == .unknown)
    }

    @Test("Vectors, text, decision points and exploitation come with the rating")
    func rest() throws {
        let found = try finding(range: .low, [try enrichment("nvd", .critical)])
        #expect(found.cvss.map(\.score) == [9.8] && found.summary == "of nvd")
        #expect(found.ssvc?.exploitation == "poc" && found.kev?.dateAdded == "2024-01-02")
    }

    @Test("A program is filed under its name and the CPE names that are known for it")
    func programs() {
        let keys = AdvisoryKeys.keys(
            for: Package(type: PackageType(rawValue: "binary"), name: "redis", version: "7.0.0"),
            distro: nil
        )
        #expect(
            keys.map { "\($0.ecosystem) \($0.name)" } == ["binary redis", "cpe redis:redis", "cpe redislabs:redis"]
        )
    }

    @Test(
        "A program is looked up by every CPE name that documents state of it",
        arguments: [
            "auditbeat", "aws-lc", "bun", "composer", "deno", "elastic-agent", "ffmpeg", "filebeat", "firefox", "git",
            "gzip", "haskell/ghc", "heimdal-krb5", "jq", "krb5", "libphp", "mysql", "mysql-cluster", "mysql-server",
            "nginx", "nginx-ingress-controller", "openldap", "percona-server", "percona-xtrabackup",
            "percona-xtradb-cluster", "pilot-agent", "python", "qtbase", "redis", "swipl", "valkey", "wp-cli", "xz",
        ]
    )
    func stated(program: String) {
        let package = Package(type: .binary, name: program, version: "1")
        let stated = package.cpes.map { $0.split(separator: ":").dropFirst(3).prefix(2).joined(separator: ":") }
        let keys = AdvisoryKeys.keys(for: package, distro: nil).filter { $0.ecosystem == "cpe" }.map(\.name)
        #expect(!stated.isEmpty && Set(stated).isSubset(of: keys), "\(stated) \(keys)")
    }

    @Test("A Java installation is looked up by its vendor's name for it")
    func java() {
        func keys(_ group: String, _ name: String) -> [String] {
            let package = Package(type: .binary, name: name, version: "1", group: group)
            return AdvisoryKeys.keys(for: package, distro: nil).filter { $0.ecosystem == "cpe" }.map(\.name)
        }
        #expect(keys("ibm", "java") == ["ibm:java"])
        #expect(keys("azul", "zulu") == ["azul:zulu", "oracle:openjdk"])
        #expect(keys("oracle", "jre") == ["oracle:jre"])
        #expect(keys("sun", "jdk") == ["sun:jdk", "oracle:jdk"])
        #expect(keys("oracle", "jdk") == ["oracle:jdk", "oracle:openjdk"])
    }

    @Test("The end of a release and of a package's support can be asked for")
    func support() {
        let support = DistroSupport([
            SupportStatement(ecosystem: "debian:12", kind: .endOfLife, date: "2026-06-10"),
            SupportStatement(ecosystem: "debian:12", kind: .extendedEnd, date: "2028-06-30", note: "LTS"),
            SupportStatement(ecosystem: "debian:12", package: "php-horde.*", kind: .packageEnded, date: "2025-03-22"),
            SupportStatement(ecosystem: "debian", package: "adns", kind: .packageLimited, note: "n"),
        ])
        #expect(support.hasEnded(by: "2026-06-10T10:00:00Z") == false && support.hasEnded(by: "2026-06-11") == true)
        #expect(support.extended.map(\.name) == ["LTS"])
        #expect(support.statements(aboutPackage: "php-horde-core", by: "2025-03-22").count == 1)
        #expect(support.statements(aboutPackage: "php-horde-core", by: "2025-03-21").isEmpty)
        #expect(support.statements(aboutPackage: "adns", by: "2020-01-01").first?.note == "n")
        #expect(DistroSupport([]).hasEnded(by: "2026-01-01") == nil)
        let distro = Distro(id: "debian", versionID: "12", name: "Debian")
        #expect(DistroSupport.keys(of: distro) == ["debian", "debian:12"])
    }
}
