import Bytes
import ScanModel
import TallymanTesting
import Testing
import Versions

@testable import Advisories

struct OSVTests {
    private static func document(_ ecosystem: String, _ name: String, events: String, extra: String = "") -> String {
        """
        {"id":"GHSA-xxxx-yyyy-zzzz","modified":"2024-01-01T00:00:00Z",\(extra)"affected":[{"package":\
        {"ecosystem":"\(ecosystem)","name":"\(name)"},"ranges":[{"type":"ECOSYSTEM","events":[\(events)]}]}]}
        """
    }

    private func ranges(_ document: String) throws -> [AffectedRange] {
        try CollectingSink.importing(document: document).0.records.values.flatMap { $0 }.flatMap(\.affected)
    }

    @Test(
        "Events in any order become intervals",
        arguments: [
            (#"{"introduced":"0"},{"fixed":"2.0"}"#, ["-2.0"]),
            (
                #"{"introduced":"2.0.0"},{"fixed":"2.0.6"},{"introduced":"0"},{"fixed":"1.26.17"}"#,
                ["-1.26.17", "2.0.0-2.0.6"]
            ),
            (#"{"introduced":"1.0"},{"fixed":"1.5"},{"fixed":"1.6"}"#, ["1.0-1.5"]),
            (#"{"introduced":"1.0"}"#, ["1.0-"]),
            (#"{"introduced":"1.0"},{"last_affected":"1.4"}"#, ["1.0-=1.4"]),
            (#"{"fixed":"1.4"}"#, []),
        ] as [(String, [String])]
    )
    func events(events: String, expected: [String]) throws {
        let found = try ranges(Self.document("PyPI", "x", events: events)).map { range in
            "\(range.introduced ?? "")-\(range.fixed ?? range.lastAffected.map { "=\($0)" } ?? "")"
        }
        #expect(found == expected)
    }

    @Test(
        "Ecosystems become keys, and names are spelt as the registry compares them",
        arguments: [
            ("PyPI", "Django_Rest.Framework", "pypi", "django-rest-framework", VersionScheme.pep440),
            ("npm", "@Scope/Name", "npm", "@Scope/Name", .npm),
            ("Go", "github.com/Azure/x", "go", "github.com/Azure/x", .go),
            ("Maven", "org.apache:commons", "maven", "org.apache:commons", .maven),
            ("RubyGems", "rack", "rubygems", "rack", .rubygems),
            ("crates.io", "time", "crates.io", "time", .semver),
            ("NuGet", "Newtonsoft.Json", "nuget", "newtonsoft.json", .nuget),
            ("Packagist", "Symfony/http", "packagist", "symfony/http", .composer),
            ("Bitnami", "redis", "bitnami", "redis", .generic),
            ("Debian:12", "curl", "debian:12", "curl", .dpkg),
            ("Ubuntu:22.04:LTS", "curl", "ubuntu:22.04", "curl", .dpkg),
            ("Ubuntu:Pro:16.04:LTS", "curl", "ubuntu-pro:16.04", "curl", .dpkg),
            ("Alpine:v3.18", "curl", "alpine:3.18", "curl", .apk),
            ("AlmaLinux:9", "curl", "almalinux:9", "curl", .rpm),
            ("Rocky Linux:8", "curl", "rocky:8", "curl", .rpm),
            ("Red Hat:enterprise_linux:9::baseos", "curl", "rhel:9", "curl", .rpm),
            ("SUSE:Linux Enterprise Server 15 SP5", "curl", "sles:15.5", "curl", .rpm),
            ("openSUSE:Leap 15.5", "curl", "opensuse-leap:15.5", "curl", .rpm),
            ("Wolfi", "curl", "wolfi", "curl", .apk),
        ] as [(String, String, String, String, VersionScheme)]
    )
    func ecosystems(ecosystem: String, name: String, key: String, spelt: String, scheme: VersionScheme) throws {
        let range = try #require(try ranges(Self.document(ecosystem, name, events: #"{"introduced":"0"}"#)).first)
        #expect(range.ecosystem == key && range.package == spelt && range.scheme == scheme)
    }

    @Test("Listed versions are kept where no interval holds them; Git ranges say nothing")
    func enumerations() throws {
        let text = """
            {"id":"PYSEC-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"x"},
            "ranges":[{"type":"GIT","events":[{"introduced":"0"}]},
            {"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"2.0"}]}],"versions":["1.0","1.5","0.9","3.0"]}]}
            """
        let found = try ranges(text)
        #expect(found.count == 2)
        #expect(found.last?.isEnumeration == true)
        #expect(found.last?.versions == ["0.9", "3.0"])
        #expect(["0.9", "1.5", "3.0"].allSatisfy { version in found.contains { $0.contains(version) } })
        #expect(!["0.8", "2.0", "2.5"].contains { version in found.contains { $0.contains(version) } })
    }

    @Test(
        "The publisher's rating comes before the score's",
        arguments: [
            (#""database_specific":{"severity":"MODERATE"},"#, Severity.medium),
            (#""severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"#, .critical),
            (#""severity":[{"type":"Ubuntu","score":"low"}],"#, .low),
            (#""summary":"Important: x security update","#, .high),
            (#""severity":[{"type":"CVSS_V3","score":"nonsense"}],"#, .unknown),
        ]
    )
    func severities(extra: String, severity: Severity) throws {
        let document = Self.document("PyPI", "x", events: #"{"introduced":"0"}"#, extra: extra)
        let (sink, _) = try CollectingSink.importing(document: document)
        #expect(sink.records["pypi"]?.first?.severity == severity)
    }

    @Test("A bulletin covers its CVEs and is no alias of them")
    func bulletins() throws {
        let text = """
            {"id":"ALSA-2023:2654","summary":"Moderate: nodejs:18 security, bug fix, and enhancement update",
            "related":["CVE-2023-2","CVE-2023-1"],"affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"nodejs"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1:18.14.2-2.module_el9.2.0+29"}]}]}]}
            """
        let record = try #require(try CollectingSink.importing(document: text).0.records["almalinux"]?.first)
        #expect(record.aliases.isEmpty && record.covers == ["CVE-2023-1", "CVE-2023-2"])
        #expect(record.affected.first?.module == "nodejs:18")
        #expect(record.severity == .medium)
    }

    @Test("A bulletin about two module streams is about packages of either")
    func twoStreams() throws {
        let text = """
            {"id":"ALSA-2024:4351","summary":"Low: virt:rhel and virt-devel:rhel security and bug fix update",
            "related":["CVE-2023-1"],"affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"libvirt"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0.0-23.module_el8.10.0+1"}]}]}]}
            """
        #expect(try ranges(text).map(\.module) == ["virt:rhel", "virt-devel:rhel"])
    }

    @Test("A bulletin about bugs that names no CVE has nothing that could match")
    func harmlessBulletins() throws {
        let text = """
            {"id":"ALBA-2023:1","summary":"x bug fix update","affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"x"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1-1"}]}]}]}
            """
        #expect(try ranges(text).isEmpty)
    }

    @Test("Broken JSON costs that record, and what is no feed is reported")
    func brokenRecords() throws {
        let folder = try TemporaryFolder()
        let good = Self.document("PyPI", "x", events: #"{"introduced":"0"}"#)
        try folder.write("osv/a.json", good.utf8)
        try folder.write("osv/b.json", good.utf8.dropLast(3))
        try folder.write("osv/c.json", good.utf8)
        try folder.write("osv/readme.txt", "hello".utf8)
        let (sink, report) = try CollectingSink.importing([folder.path])
        #expect(sink.records["pypi"]?.count == 2)
        #expect(report.providers.first?.skipped == 1)
        #expect(report.skippedFiles.count == 1 && report.skippedFiles.first?.hasPrefix("osv/readme.txt: ") == true)
    }

    @Test("A feed whose records are mostly damaged is refused")
    func mostlyBroken() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.json", Self.document("PyPI", "x", events: #"{"introduced":"0"}"#).utf8)
        try folder.write("b.json", "{".utf8)
        try folder.write("c.json", "{".utf8)
        #expect(throws: AdvisoryError.self) { try CollectingSink.importing([folder.path]) }
    }

    @Test("Every truncation of a record is survived")
    func truncations() throws {
        let text = Self.document(
            "PyPI",
            "x",
            events: #"{"introduced":"0"},{"fixed":"1"}"#,
            extra: #""aliases":["CVE-1"],"#
        )
        let importer = OSVImporter()
        for count in 1..<text.utf8.count {
            let file = FeedFile(name: "x.json", content: .init(Array(text.utf8.prefix(count))))
            _ = importer.canRead(file)
            let counts = try importer.importRecords(from: file, provider: "p", limits: .init()) { _ in }
            #expect(counts.records == 0 && counts.skipped == 1)
        }
    }

    /// A build without optimisation would read all of them for minutes: one in 64 stands for the rest.
    @Test(
        "The published sets have the records that their description states, and a sample of them is read without loss",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"),
        arguments: [
            ("osv/Go.zip", "go", 4291, 17), ("osv/PyPI.zip", "pypi", 2661, 10), ("osv/Bitnami.zip", "bitnami", 7444, 0),
            ("almalinux/osv-database.zip", "almalinux", 5680, 0),
        ]
    )
    func sharedFiles(path: String, provider: String, count: Int, withdrawn: Int) throws {
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 20_261_125)
        let documents = try FeedExcerpt.unpack(SharedFixtures.feed(path), into: folder.path) { document in
            random.oneIn(64) || document.contains("\"withdrawn\"")
        }
        #expect(documents.all == count && documents.written > count / 100)
        let (sink, report) = try CollectingSink.importing([folder.path])
        #expect(report.providers.map(\.provider) == [provider])
        #expect(report.providers.first?.records == documents.written)
        #expect(report.providers.first?.skipped == 0)
        #expect(report.skippedFiles.isEmpty)
        #expect(sink.records[provider]?.count { $0.isWithdrawn } == withdrawn)
    }

    @Test("Archives within archives are read", .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
    func fragments() throws {
        let (sink, report) = try CollectingSink.importing([SharedFixtures.feed("osv/ghsa-fragments.zip")])
        let keys = Set(sink.records.values.flatMap { $0 }.flatMap { $0.affected.map(\.ecosystem) })
        #expect(keys.isSuperset(of: ["npm", "maven", "go", "packagist", "nuget", "rubygems", "crates.io", "pypi"]))
        #expect((report.providers.first?.records ?? 0) >= 20)
    }
}
