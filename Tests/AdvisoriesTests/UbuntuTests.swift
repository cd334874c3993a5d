import ScanModel
import Testing
import Versions

@testable import Advisories

struct UbuntuTests {
    private func record(_ document: String, as name: String = "a.json") throws -> AdvisoryRecord? {
        try CollectingSink.importing(document: document, as: name).0.records.values.flatMap { $0 }.first
    }

    private func ranges(_ record: AdvisoryRecord?) -> [String] {
        (record?.affected ?? []).map { "\($0.ecosystem) \($0.package) \($0.fixed ?? "-") \($0.fixState.rawValue)" }
    }

    @Test("A notice of the database fixes source packages; a fix in Ubuntu Pro alone is none for everyone else")
    func database() throws {
        let text = """
            {"4011-1":{"id":"4011-1","title":"Jinja2 vulnerabilities","timestamp":1709164800.5,"cves":["CVE-2019-10906"],
            "releases":{"xenial":{"sources":{"jinja2":{"version":"2.8-1ubuntu0.1"}}},
            "trusty":{"sources":{"jinja2":{"version":"2.7.2-2ubuntu0.1~esm2"}}},"zurg":{"sources":{"x":{"version":"1"}}}}},
            "x":7,"4012-1":broken}
            """
        let (sink, report) = try CollectingSink.importing(document: text)
        let record = try #require(sink.records["ubuntu-usn"]?.first)
        #expect(record.id == "USN-4011-1" && record.covers == ["CVE-2019-10906"] && record.published == "2024-02-29")
        #expect(
            ranges(record) == [
                "ubuntu:16.04 jinja2 2.8-1ubuntu0.1 fixed", "ubuntu-pro:14.04 jinja2 2.7.2-2ubuntu0.1~esm2 fixed",
                "ubuntu:14.04 jinja2 2.7.2-2ubuntu0.1~esm2 not-fixed",
            ]
        )
        #expect(report.providers.first?.records == 2 && report.providers.first?.skipped == 1)
    }

    @Test("A page of the API names its source packages")
    func page() throws {
        let text = """
            {"notices":[{"id":"USN-5-1","cves_ids":["CVE-2024-1000"],"published":"2024-01-02T03:04:05","release_packages":
            {"jammy":[{"is_source":true,"name":"x","version":"1-1"},{"is_source":false,"name":"libx","version":"1-1"}]}},{}]}
            """
        let (sink, report) = try CollectingSink.importing(document: text)
        #expect(ranges(sink.records["ubuntu-usn"]?.first) == ["ubuntu:22.04 x 1-1 fixed"])
        #expect(report.providers.first?.skipped == 1)
    }

    @Test(
        "The tracker's words become states",
        arguments: [
            ("released", "5.4.0-9.12", "5.4.0-9.12 fixed"), ("not-affected", "5.13.0-19.19", "0 fixed"),
            ("needed", "", "- not-fixed"), ("deferred", "2022-06-01", "- not-fixed"), ("pending", "1-2", "- not-fixed"),
            ("ignored", "end of standard support", "- wont-fix"), ("needs-triage", "", "- unknown"), ("DNE", "", nil),
            ("released", "", nil), ("?", "", nil),
        ] as [(String, String, String?)]
    )
    func states(word: String, note: String, expected: String?) throws {
        let text = """
            {"cves":[{"id":"CVE-2024-1000","priority":"medium","packages":[{"name":"linux","statuses":[{"status":"\(word)",
            "description":"\(note)","release_codename":"jammy","pocket":"security"}]}]}]}
            """
        let found = try #require(try record(text))
        #expect(ranges(found) == (expected.map { ["ubuntu:22.04 linux \($0)"] } ?? []))
        let file = """
            Candidate: CVE-2024-1000
            PublicDate: 2024-07-27 04:15:00 UTC
            Description:
             First line.
             Second line.
            Priority: medium
            CVSS:
             nvd: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H [5.5 MEDIUM]
            Patches_linux:
            upstream_linux: released (6.1)
            jammy_linux: \(word)\(note.isEmpty ? "" : " (\(note))")
            """
        let same = try #require(try record(file, as: "CVE-2024-1000"))
        #expect(ranges(same) == ranges(found) && same.severity == .medium && same.cvss.map(\.score) == [5.5])
        #expect(same.summary == "First line.\nSecond line." && same.published == "2024-07-27")
    }

    @Test("A statement of OpenVEX speaks of its source packages")
    func vex() throws {
        func statement(_ status: String, _ products: [String], _ rest: String = "") -> String {
            let list = products.map { #"{"@id":"\#($0)"}"# }.joined(separator: ",")
            return #"{"vulnerability":{"name":"CVE-2023-38545"},"status":"\#(status)","products":[\#(list)]\#(rest)}"#
        }
        let statements = [
            statement(
                "fixed",
                [
                    "pkg:deb/ubuntu/curl@7.81.0-1ubuntu1.24?arch=source&distro=jammy",
                    "pkg:deb/ubuntu/libcurl4@7.81.0-1ubuntu1.24?arch=amd64&distro=jammy",
                    "pkg:deb/ubuntu/x@1%3A2.5%2B3?distro=esm-apps/focal&arch=source",
                ]
            ),
            statement("affected", ["pkg:deb/ubuntu/a@1?arch=source&distro=noble"]),
            statement(
                "affected",
                ["pkg:deb/ubuntu/b@1?arch=source&distro=noble"],
                #","action_statement":"the Ubuntu Security Team decided to not fix it.""#
            ),
            statement("not_affected", ["pkg:deb/ubuntu/curl@1?arch=source&distro=esm-infra-legacy/trusty"]),
            statement("under_investigation", ["pkg:deb/ubuntu/c@1?arch=source&distro=noble", "pkg:npm/x@1", "?"]),
        ]
        let text = """
            {"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.org/vex/cve/2023/CVE-2023-38545",
            "author":"Canonical Ltd.","statements":[\(statements.joined(separator: ","))]}
            """
        let found = try #require(try record(text))
        #expect(found.id == "CVE-2023-38545" && found.covers.isEmpty && found.provider == "ubuntu-vex")
        #expect(
            ranges(found) == [
                "ubuntu:22.04 curl 7.81.0-1ubuntu1.24 fixed", "ubuntu-pro:20.04 x 1:2.5+3 fixed",
                "ubuntu:24.04 a - not-fixed", "ubuntu:24.04 b - wont-fix", "ubuntu-pro:14.04 curl 0 fixed",
                "ubuntu:24.04 c - unknown", "ubuntu:20.04 x 1:2.5+3 not-fixed", "ubuntu:14.04 curl 0 fixed",
            ]
        )
    }

    @Test(
        "Channels have keys of their own in OSV too",
        arguments: [
            ("Ubuntu:22.04:LTS", "ubuntu:22.04"), ("Ubuntu:24.10", "ubuntu:24.10"),
            ("Ubuntu:Pro:16.04:LTS", "ubuntu-pro:16.04"),
            ("Ubuntu:Pro:FIPS-updates:22.04:LTS", "ubuntu-pro-fips-updates:22.04"),
            ("Debian:6.0", "debian:6"), ("Debian:3.1", "debian:3.1"), ("Azure Linux:2", "mariner:2"),
            ("SUSE:Linux Enterprise Desktop 12 SP1", "sles:12.1"), ("SUSE:Linux Micro 6.0", "sl-micro:6.0"),
            ("openSUSE:Tumbleweed", "opensuse-tumbleweed"), ("Echo", "echo"), ("Echo:PyPI", "echo:pypi"),
            ("openEuler:22.03-LTS-SP3", "openeuler:22.03-lts-sp3"),
        ]
    )
    func channels(ecosystem: String, key: String) {
        #expect(Ecosystem.osv(ecosystem)?.key == key)
    }

    @Test("Echo's packages are Debian's, those of languages are not")
    func echo() {
        #expect(Ecosystem.osv("Echo")?.scheme == .dpkg)
        #expect(Ecosystem.osv("Echo:npm")?.scheme != .dpkg)
    }
}
