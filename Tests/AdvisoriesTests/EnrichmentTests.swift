import Bytes
import ScanModel
import TallymanTesting
import Testing

@testable import Advisories

struct EnrichmentTests {
    private static func nvd(_ cves: String) -> String {
        #"{"resultsPerPage":1,"format":"NVD_CVE","version":"2.0","vulnerabilities":[\#(cves)]}"#
    }

    private static let entry = """
        {"cve":{"id":"CVE-2022-1","published":"2022-07-11T13:15:08.503","lastModified":"2024-11-21T06:41:00.133",
         "vulnStatus":"Modified","descriptions":[{"lang":"es","value":"x"},{"lang":"en","value":"text"}],
         "metrics":{"cvssMetricV31":[
          {"source":"a","type":"Secondary","cvssData":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
          {"source":"nvd@nist.gov","type":"Primary","cvssData":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}}],
          "cvssMetricV2":[{"type":"Primary","cvssData":{"vectorString":"AV:N/AC:M/Au:N/C:N/I:P/A:N"}}]},
         "weaknesses":[{"description":[{"lang":"en","value":"CWE-352"},{"lang":"en","value":"NVD-CWE-Other"}]}],
         "configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
          {"vulnerable":true,"criteria":"cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*","versionStartExcluding":"6.0","versionEndExcluding":"6.2.5"},
          {"vulnerable":true,"criteria":"cpe:2.3:a:redis:redis:7.0:rc1:*:*:*:*:*:*"},
          {"vulnerable":true,"criteria":"cpe:2.3:a:x:wp_\\\\&_y:*:*:*:*:*:wordpress:*:*","versionEndExcluding":"2"},
          {"vulnerable":false,"criteria":"cpe:2.3:o:debian:debian_linux:10:*:*:*:*:*:*:*"}]}]},
          {"operator":"AND","nodes":[
           {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:w:*:*:*:*:*:*:*:*"}]},
           {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"}]}]}],
         "references":[{"url":"https://example.org/1"}]}}
        """

    @Test("NVD: its own rating, every vector, the English text, and programs of Linux by their CPE names")
    func nvd() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.nvd("\(Self.entry),{\"cve\":{}}"))
        #expect(report.providers.first?.records == 1 && report.providers.first?.skipped == 1)
        let found = try #require(sink.enrichments.first)
        #expect(found.cve == "CVE-2022-1" && found.severity == .medium && found.summary == "text")
        #expect(found.cvss.map(\.score) == [9.8, 6.5, 4.3] && found.weaknesses == ["CWE-352"])
        let ranges = try #require(sink.records["nvd"]?.first).affected
        #expect(ranges.map(\.package) == ["redis:redis", "redis:redis"] && ranges.allSatisfy { $0.ecosystem == "cpe" })
        for (version, isAffected) in [
            ("6.0", false), ("6.0.1", true), ("6.2.5", false), ("7.0-rc1", true), ("7.0", false),
        ] {
            #expect(ranges.contains { $0.contains(version) } == isAffected, "\(version)")
        }
    }

    @Test(
        "CVE records: the numbering authority's rating before CISA's, decision points, exploitation, affected programs"
    )
    func cveRecord() throws {
        func text(cna: String, state: String = "PUBLISHED") -> String {
            """
            {"dataType":"CVE_RECORD","containers":{"adp":[{"title":"CISA ADP Vulnrichment","metrics":[
              {"other":{"type":"ssvc","content":{"options":[{"Exploitation":"active"},{"Automatable":"yes"},
               {"Technical Impact":"total"}]}}},{"other":{"type":"kev","content":{"dateAdded":"2024-01-02"}}},
              {"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
              "affected":[{"cpes":["cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*"],"versions":[
               {"status":"affected","version":"0","lessThan":"6.2","versionType":"custom"},
               {"status":"unaffected","version":"7"},{"status":"affected","version":"abc","lessThan":"def","versionType":"git"}]}],
              "providerMetadata":{"shortName":"CISA-ADP"}}],
             "cna":{"metrics":[\(cna)],"descriptions":[{"lang":"en","value":"d"}],
              "problemTypes":[{"descriptions":[{"cweId":"CWE-121"}]}],"references":[{"url":"https://example.org"}]}},
             "cveMetadata":{"cveId":"CVE-2024-1","state":"\(state)","datePublished":"2024-01-01T00:00:00Z"}}
            """
        }
        let own = #"{"cvssV4_0":{"vectorString":"CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"}}"#
        let (sink, report) = try CollectingSink.importing(document: text(cna: own))
        #expect(report.providers.map(\.provider) == ["vulnrichment"])
        let found = try #require(sink.enrichments.first)
        #expect(found.severity == .medium && found.cvss.map(\.version) == ["4.0", "3.1"])
        #expect(found.ssvc == SSVC(exploitation: "active", automatable: "yes", technicalImpact: "total"))
        #expect(found.knownExploited == "2024-01-02" && found.weaknesses == ["CWE-121"])
        let ranges = try #require(sink.records["vulnrichment"]?.first).affected
        #expect(ranges.count == 1 && ranges.first?.introduced == nil && ranges.first?.fixed == "6.2")
        let rated = try CollectingSink.importing(document: text(cna: "")).0
        #expect(rated.enrichments.first?.severity == .critical)
        let word = #"{"other":{"type":"Red Hat severity rating","content":{"value":"Important"}}}"#
        #expect(try CollectingSink.importing(document: text(cna: word)).0.enrichments.first?.severity == .critical)
        let rejected = try CollectingSink.importing(document: text(cna: own, state: "REJECTED")).0
        #expect(rejected.enrichments.first?.isRejected == true && rejected.records.isEmpty)
    }

    @Test("NVD's feeds of before 2023 and the overrides are read alike")
    func otherForms() throws {
        let legacy = """
            {"CVE_data_type":"CVE","CVE_Items":[{"cve":{"CVE_data_meta":{"ID":"CVE-2002-1"},
             "description":{"description_data":[{"lang":"en","value":"t"}]}},
             "impact":{"baseMetricV2":{"cvssV2":{"vectorString":"AV:N/AC:L/Au:N/C:C/I:C/A:C"}}},
             "configurations":{"nodes":[{"operator":"AND","children":[{"cpe_match":[
              {"vulnerable":true,"cpe23Uri":"cpe:2.3:a:gnu:bash:*:*:*:*:*:*:*:*","versionEndIncluding":"2.0"}]}]}]}}]}
            """
        let (old, _) = try CollectingSink.importing(document: legacy)
        #expect(old.enrichments.first?.severity == .high)
        #expect(old.records["nvd"]?.first?.affected.first?.lastAffected == "2.0")
        let override = """
            {"_annotation":{"cna":"mitre","cve_id":"CVE-2019-1","description":"d","references":["https://example.org"]},
             "cve":{"configurations":[{"nodes":[{"cpeMatch":[{"vulnerable":true,"versionEndExcluding":"3",
              "criteria":"cpe:2.3:a:gnu:bash:*:*:*:*:*:*:*:*"}],"negate":false,"operator":"OR"}]}]}}
            """
        let (more, _) = try CollectingSink.importing(document: override)
        #expect(more.enrichments.first?.summary == "d" && more.enrichments.first?.severity == .unknown)
        #expect(more.records["nvd-overrides"]?.first?.affected.first?.fixed == "3")
    }

    @Test("Dates of support by release and by package; damaged lines are named")
    func support() throws {
        let table = """
            version,codename,series,created,release,eol,eol-lts,eol-elts
            12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30
            13,Trixie,trixie,2023-06-10,2025-08-09,soon
            ,Sid,sid,1993-08-16
            """
        let (sink, report) = try CollectingSink.importing(document: table, as: "debian.csv")
        #expect(report.providers.first?.records == 2 && report.providers.first?.skipped == 1)
        #expect(sink.statements.map(\.ecosystem) == ["debian:12", "debian:12"])
        #expect(sink.statements.map(\.date) == ["2026-06-10", "2028-06-30"])
        let ended =
            "# comment\nsuricata  1:6.0.10-1  2026-04-30   no upstream; see x\nbroken\nphp-horde.* 0 2025-03-22\n"
        let (list, second) = try CollectingSink.importing(document: ended, as: "security-support-ended.deb12")
        #expect(list.statements.map(\.package) == ["suricata", "php-horde.*"] && second.providers.first?.skipped == 1)
        #expect(list.statements.first?.note == "no upstream; see x" && list.statements.last?.lastVersion == nil)
        let (limited, _) = try CollectingSink.importing(
            document: "adns   Only trusted\n",
            as: "security-support-limited"
        )
        #expect(limited.statements.first?.kind == .packageLimited && limited.statements.first?.ecosystem == "debian")
    }

    @Test("Truncated and changed records are counted or read, never a trap")
    func damage() {
        let files: [(String, any AdvisoryImporter)] = [
            (Self.nvd(Self.entry), NVDImporter()), (Self.entry, CVERecordImporter()),
            (#"{"CVE_data_type":"CVE","CVE_Items":[{"cve":{"CVE_data_meta":{"ID":"CVE-1"}}}]}"#, NVDLegacyImporter()),
            (#"{"_annotation":{"cve_id":"CVE-1"},"cve":{}}"#, NVDOverrideImporter()),
        ]
        var random = SeededRandom(seed: 9)
        for (text, importer) in files {
            let bytes = Array(text.utf8)
            for _ in 0..<300 {
                var copy = bytes
                for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
                if random.oneIn(3) { copy = Array(copy.prefix(random.below(copy.count) + 1)) }
                let file = FeedFile(name: "x.json", content: FileBytes(copy))
                _ = importer.canRead(file)
                // A file whose frame is broken is refused, which is right, too.
                _ = try? importer.importRecords(from: file, provider: "p", limits: .init()) { _ in }
            }
        }
    }
}
