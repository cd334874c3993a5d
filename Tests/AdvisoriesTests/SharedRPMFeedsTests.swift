import Matching
import ScanModel
import TallymanTesting
import Testing

@testable import Advisories

/// The published samples, with the numbers of documents that the folder lists; known answers are the publishers' own.
@Suite(.enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)"))
struct SharedRPMFeedsTests {
    @Test(
        "Every file of RPM distributions brings its records",
        arguments: [
            // 23 files in vex/, 5 in its archive and an older copy in cve/; 8 advisories and 5 in their archive, two of
            // which say two things; two files of OVAL 2 with 5 definitions, two of OVAL 1 with one each.
            (
                "redhat",
                [
                    "redhat": 29, "redhat-csaf": 15, "redhat-api": 22, "redhat-osv": 3, "redhat-oval": 7,
                    "redhat-repositories": 8564,
                ]
            ),
            ("rocky", ["rocky": 4, "rocky-errata": 2, "rocky-linux": 5]),
            ("amazon", ["amazon": 7]), ("arch", ["arch": 5]), ("fedora", ["fedora": 3, "fedora-bodhi": 7]),
        ] as [(String, [String: Int])]
    )
    func counts(folder: String, expected: [String: Int]) throws {
        let report =
            folder == "redhat"
            ? try Self.redHat.get().report
            : try CollectingSink.importing([SharedFixtures.feed("\(folder)/fragments.zip")]).1
        let found = Dictionary(uniqueKeysWithValues: report.providers.map { ($0.provider, $0.records) })
        for (provider, count) in expected { #expect(found[provider] == count, "\(provider) \(found)") }
        for provider in report.providers { #expect(provider.skipped == 0, "\(provider.problems)") }
        let (_, second) = try CollectingSink.importing([SharedFixtures.feed("\(folder)/fragments.zip")])
        #expect(second.providers.map(\.build) == report.providers.map(\.build))
    }

    /// The samples are read once for all questions.
    private static let redHat = Result {
        let (sink, report) = try CollectingSink.importing([SharedFixtures.feed("redhat/fragments.zip")])
        return (records: sink.records.values.flatMap { $0 }, report: report)
    }

    /// The bulletins about the one CVE that is asked for, of 5,680.
    private static let alma = Result {
        let folder = try TemporaryFolder()
        try FeedExcerpt.unpack(SharedFixtures.feed("almalinux/osv-database.zip"), into: folder.path) { document in
            document.contains("CVE-2022-25881")
        }
        return try CollectingSink.importing([folder.path]).0.records.values.flatMap { $0 }
    }

    private static func records(_ path: String) throws -> [AdvisoryRecord] {
        if path == "redhat/fragments.zip" { return try redHat.get().records }
        return try CollectingSink.importing([SharedFixtures.feed(path)]).0.records.values.flatMap { $0 }
    }

    private func findings(_ path: String, _ cve: String, _ package: Package, _ distro: Distro) throws -> [Match] {
        try matches(cve, package, distro, in: try Self.records(path))
    }

    private func matches(
        _ cve: String,
        _ package: Package,
        _ distro: Distro,
        in all: [AdvisoryRecord]
    ) throws -> [Match] {
        let records = all.filter { ([$0.id] + $0.covers).contains(cve) }
        let candidates = records.enumerated().flatMap { number, record in
            record.affected.map { Candidate(record: Int64(number), range: $0) }
        }
        return Matcher.matches(package: package, distro: distro, candidates: candidates)
    }

    @Test(
        "Red Hat's statements give its own answers",
        arguments: [
            ("CVE-2023-38545", "9", "curl", "7.76.1-23.el9_2.3", nil, true),
            ("CVE-2023-38545", "9", "curl", "7.76.1-23.el9_2.4", nil, false),
            ("CVE-2023-38545", "9", "libcurl", "7.76.1-26.el9", nil, true),
            ("CVE-2023-38545", "9", "libcurl", "7.76.1-26.el9_3.2", nil, false),
            ("CVE-2023-38545", "8", "curl", "7.61.1-30.el8", nil, false),
            ("CVE-2005-2541", "9", "tar", "2:1.34-6.el9_4.1", nil, true),
            ("CVE-2002-0059", "9", "zlib", "1.2.11-40.el9", nil, false),
            ("CVE-2022-1529", "9", "firefox", "91.9.0-1.el9_0", nil, true),
            ("CVE-2022-1529", "9", "firefox", "91.9.1-1.el9_0", nil, false),
            ("CVE-2024-0727", "8", "openssl", "1:1.1.1k-12.el8_9", nil, true),
            ("CVE-2024-0727", "9", "openssl", "1:3.0.7-25.el9_3", nil, true),
            ("CVE-2024-0727", "9", "openssl", "1:3.0.7-27.el9", nil, false),
            ("CVE-2024-0727", "9", "shim-x64", "15.6-1.el9", nil, false),
            ("CVE-2022-24834", "8", "redis", "6.2.7-1.module+el8.7.0+1+a", "redis:6:8070020220509142426:abc", true),
            ("CVE-2022-24834", "8", "redis", "5.0.3-5.module+el8.4.0+1+a", "redis:5:8040020210712140618:abc", false),
            ("CVE-2026-2297", "8", "platform-python", "3.6.8-70.el8_10", nil, true),
            ("CVE-2026-2297", "8", "python39", "3.9.20-1.module+el8.10.0+1+a", "python39:3.9:1:2", false),
        ] as [(String, String, String, String, String?, Bool)]
    )
    func redHat(cve: String, release: String, name: String, version: String, module: String?, isAffected: Bool) throws {
        let package = Package(type: .rpm, name: name, version: version, arch: "x86_64", module: module)
        let distro = Distro(id: "rhel", versionID: release, name: "")
        #expect(try findings("redhat/fragments.zip", cve, package, distro).isEmpty != isAffected)
    }

    @Test(
        "AlmaLinux's bulletins give its own answers for modules",
        arguments: [
            ("1:18.14.2-1.module_el9.2.0+29+de583a0d", "nodejs:18:9020020230327152102:rhel9", true),
            ("1:18.14.2-2.module_el9.2.0+29+de583a0d", "nodejs:18:9020020230327152102:rhel9", false),
            ("1:16.14.0-4.el9_0", nil, false),
        ] as [(String, String?, Bool)]
    )
    func alma(version: String, module: String?, isAffected: Bool) throws {
        let package = Package(type: .rpm, name: "nodejs", version: version, arch: "x86_64", module: module)
        let distro = Distro(id: "almalinux", versionID: "9.2", name: "")
        let matches = try matches("CVE-2022-25881", package, distro, in: try Self.alma.get())
        let streams = matches.filter { $0.range.module == "nodejs:18" }
        #expect(streams.isEmpty != isAffected)
    }

    @Test(
        "Amazon's bulletins are about the architectures and the repositories that they name",
        arguments: [
            ("kernel", "4.9.70-1.amzn2", "x86_64", true), ("kernel", "4.9.76-38.79.amzn2", "x86_64", false),
            ("kernel", "4.9.70-1.amzn2", "aarch64", false),
        ]
    )
    func amazon(name: String, version: String, arch: String, isAffected: Bool) throws {
        let package = Package(type: .rpm, name: name, version: version, arch: arch)
        let distro = Distro(id: "amzn", versionID: "2", name: "", idLike: ["centos", "rhel", "fedora"])
        #expect(try findings("amazon/fragments.zip", "CVE-2017-5754", package, distro).isEmpty != isAffected)
    }

    @Test("Rocky Linux's source packages stand for what is built of them")
    func rocky() throws {
        let distro = Distro(id: "rocky", versionID: "9.4", name: "", idLike: ["rhel", "centos", "fedora"])
        for (release, isAffected) in [("1.module+el9.4.0+20000+a", true), ("2.module+el9.4.0+20787+4c237fd3", false)] {
            let package = Package(
                type: .rpm,
                name: "ruby-libs",
                version: "3.3.1-\(release)",
                arch: "x86_64",
                source: SourcePackage(name: "ruby", version: "3.3.1-\(release)"),
                module: "ruby:3.3:9040020240522134800:abc"
            )
            #expect(try findings("rocky/fragments.zip", "CVE-2024-27280", package, distro).isEmpty != isAffected)
        }
    }
}
