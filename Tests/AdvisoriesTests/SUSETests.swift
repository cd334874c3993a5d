import ScanModel
import Testing
import Versions

@testable import Advisories

struct SUSETests {
    private func record(_ document: String, as name: String) throws -> AdvisoryRecord? {
        try CollectingSink.importing(document: document, as: name).0.records.values.flatMap { $0 }.first
    }

    private func ranges(_ record: AdvisoryRecord?) -> [String] {
        (record?.affected ?? []).map { "\($0.ecosystem) \($0.package) \($0.fixed ?? "-") \($0.fixState.rawValue)" }
    }

    @Test("A CSAF bulletin fixes packages of releases, once for all architectures, and covers its CVEs")
    func csaf() throws {
        let text = """
            {"document":{"aggregate_severity":{"text":"important"},"category":"csaf_security_advisory","notes":[
            {"category":"summary","text":"Security update for bind"}],"publisher":{"namespace":"https://www.suse.com/"},
            "tracking":{"id":"SUSE-SU-2023:1-1","initial_release_date":"2023-01-02T03:04:05Z"}},
            "vulnerabilities":[{"cve":"CVE-2023-1000","scores":[{"cvss_v3":{"vectorString":
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}],"product_status":{"recommended":[
            "SUSE Linux Enterprise Server 15 SP5:bind-9.16.6-150500.8.1.x86_64",
            "SUSE Linux Enterprise Server 15 SP5:bind-9.16.6-150500.8.1.aarch64",
            "SUSE Linux Enterprise Module for Basesystem 15 SP5:bind-utils-9.16.6-150500.8.1.noarch",
            "SUSE Manager Proxy 4.1:bind-9.16.6-150500.8.1.x86_64","nonsense"]}}]}
            """
        let found = try #require(try record(text, as: "a.json"))
        #expect(
            found.covers == ["CVE-2023-1000"] && found.severity == .high && found.summary == "Security update for bind"
        )
        #expect(
            ranges(found) == [
                "sles:15.5 bind 9.16.6-150500.8.1 fixed", "sles:15.5 bind-utils 9.16.6-150500.8.1 fixed",
            ]
        )
    }

    @Test("A CSAF document about a CVE says what is affected and what is not")
    func vex() throws {
        let text = """
            {"document":{"category":"csaf_vex","publisher":{"namespace":"https://www.suse.com/"},"tracking":{"id":"CVE-2023-1000"}},
            "vulnerabilities":[{"cve":"CVE-2023-1000","product_status":{"known_not_affected":["openSUSE Tumbleweed:ctdb"],
            "known_affected":["SUSE Linux Enterprise Micro 5.3:samba"],"under_investigation":["openSUSE Leap 15.5:x"],
            "fixed":["openSUSE Leap 15.5:samba"]}}]}
            """
        let found = try #require(try record(text, as: "a.json"))
        #expect(found.id == "CVE-2023-1000" && found.covers.isEmpty)
        #expect(
            ranges(found) == [
                "opensuse-tumbleweed ctdb 0 fixed", "sle-micro:5.3 samba - not-fixed", "opensuse-leap:15.5 x - unknown",
            ]
        )
    }

    @Test("A CVRF bulletin is read as it is decompressed")
    func cvrf() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <cvrfdoc xmlns="http://www.icasi.org/CVRF/schema/cvrf/1.1"><DocumentTitle>Security update for x</DocumentTitle>
            <DocumentPublisher><ContactDetails>security@suse.de</ContactDetails></DocumentPublisher><DocumentTracking>
            <Identification><ID>SUSE-SU-2018:1784-1</ID></Identification><InitialReleaseDate>2018-06-22T11:42:43Z
            </InitialReleaseDate></DocumentTracking><Vulnerability><CVE>CVE-2017-5715</CVE><ProductStatuses>
            <Status Type="Fixed"><ProductID>SUSE Linux Enterprise Server 11 SP4:ofed-kmp-xen-1.5.4.1_3.0.101-22.3.1</ProductID>
            <ProductID>Image x:ofed-1.5-1</ProductID></Status></ProductStatuses><Threats><Threat Type="Impact">
            <Description>moderate</Description></Threat></Threats><CVSSScoreSets><ScoreSet><BaseScore>4.7</BaseScore>
            <Vector>AV:L/AC:M/Au:N/C:C/I:N/A:N</Vector></ScoreSet></CVSSScoreSets></Vulnerability></cvrfdoc>
            """
        let found = try #require(try record(text, as: "a.xml"))
        #expect(found.id == "SUSE-SU-2018:1784-1" && found.covers == ["CVE-2017-5715"] && found.severity == .medium)
        #expect(found.cvss.map(\.score) == [4.7] && found.published == "2018-06-22T11:42:43Z")
        #expect(ranges(found) == ["sles:11.4 ofed-kmp-xen 1.5.4.1_3.0.101-22.3.1 fixed"])
    }

    @Test(
        "The name of a build ends before its version",
        arguments: [
            ("bind-9.9.4P2-0.6.1.i586", "bind", "9.9.4P2-0.6.1"), ("gcc-c++-4.8-6.189", "gcc-c++", "4.8-6.189"),
            ("python3-base-3.6.15-150300.10.27.1", "python3-base", "3.6.15-150300.10.27.1"),
            ("samba-libs-4.19+git.3-1.22", "samba-libs", "4.19+git.3-1.22"),
        ]
    )
    func builds(text: String, name: String, version: String) {
        #expect(RPMBuild(text)?.name == name && RPMBuild(text)?.version == version)
    }

    @Test(
        "What is no build has no name",
        arguments: ["bind", "bind-1", "sles10-sp4-sdk", "-1-1", "", "a b-1-1", "x--1-"]
    )
    func noBuilds(text: String) {
        #expect(RPMBuild(text) == nil)
    }
}
