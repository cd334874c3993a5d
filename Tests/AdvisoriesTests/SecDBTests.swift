import ScanModel
import Testing
import Versions

@testable import Advisories

struct SecDBTests {
    private static func document(_ fixes: String, release: String = "v3.18") -> String {
        """
        {"distroversion":"\(release)","reponame":"main","urlprefix":"https://dl-cdn.alpinelinux.org/alpine",
        "packages":[{"pkg":{"name":"xen","secfixes":{\(fixes)}}}]}
        """
    }

    private func records(_ document: String, as name: String = "main.json") throws -> [AdvisoryRecord] {
        try CollectingSink.importing(document: document, as: name).0.records.values.flatMap { $0 }
    }

    @Test(
        "A line names one flaw in whatever way it is written, and another name where that is its alone",
        arguments: [
            ("CVE-2019-5060 TALOS-2019-0844", "CVE-2019-5060", ["TALOS-2019-0844"]),
            ("CVE-2023-45283 GHSA-vvjp-q62m-2vph", "CVE-2023-45283", ["GHSA-vvjp-q62m-2vph"]),
            ("CVE-2017-2616 (+ regression fix)", "CVE-2017-2616", []), ("CVE-2019-1234 (AoE)", "CVE-2019-1234", []),
            ("CVE_2019-2426", "CVE-2019-2426", []), ("CVE 2018-16859", "CVE-2018-16859", []),
            ("CVE-2017-8073.patch", "CVE-2017-8073", []), ("CVE-2017-17434-1", "CVE-2017-17434", []),
            ("XSA-207", "XSA-207", []), ("GHSA-rq3x-83w4-p28c", "GHSA-rq3x-83w4-p28c", []),
            (" CVE-2016-6263 ", "CVE-2016-6263", []),
        ] as [(String, String, [String])]
    )
    func identifiers(line: String, id: String, aliases: [String]) throws {
        let record = try #require(try records(Self.document(#""4.17-r0":["\#(line)"]"#)).first)
        #expect(record.id == id && record.aliases == aliases && record.covers.isEmpty)
    }

    @Test("A bulletin's number beside several flaws joins none of them")
    func sharedNames() throws {
        let fixes = #""4.7-r1":["CVE-2016-9815 XSA-201","CVE-2016-9816 XSA-201","CVE-2016-9932 XSA-200"]"#
        #expect(try records(Self.document(fixes)).map(\.aliases) == [[], [], ["XSA-200"]])
        let several = try #require(try records(Self.document(#""1-r0":["CVE-2020-1000 CVE-2020-2000"]"#)).first)
        #expect(several.aliases.isEmpty && several.covers == ["CVE-2020-1000", "CVE-2020-2000"])
    }

    @Test("Version 0 is kept as never affected, an empty version as not fixed")
    func notAffected() throws {
        let fixes = #""0":["CVE-2022-0001"],"":["CVE-2022-0002"],"1.2-r3":["CVE-2022-0003"],"2":null,"3":[]"#
        let ranges = try records(Self.document(fixes)).flatMap(\.affected)
        #expect(ranges.map(\.isNotAffected) == [true, false, false])
        #expect(ranges.map { $0.contains("1.2-r2") } == [false, true, true])
        #expect(ranges.map(\.fixState) == [.fixed, .notFixed, .fixed])
        #expect(ranges.allSatisfy { $0.ecosystem == "alpine:3.18" && $0.package == "xen" && $0.scheme == .apk })
    }

    @Test(
        "The repository tells whose fixes they are",
        arguments: [
            (#""distroversion":"edge","urlprefix":"https://dl-cdn.alpinelinux.org/alpine""#, "alpine:edge", "alpine"),
            (#""urlprefix":"https://packages.wolfi.dev""#, "wolfi", "wolfi"),
            (#""urlprefix":"https://packages.cgr.dev/chainguard""#, "chainguard", "chainguard"),
        ]
    )
    func repositories(head: String, key: String, provider: String) throws {
        let text =
            #"{\#(head),"reponame":"os","packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2020-1000"]}}}]}"#
        let (sink, _) = try CollectingSink.importing(document: text)
        #expect(sink.records[provider]?.first?.affected.first?.ecosystem == key)
    }

    @Test("The form in YAML says the same")
    func yaml() throws {
        let text = """
            ---
            distroversion: v3.8
            reponame: main
            archs:
              - x86_64
            urlprefix: http://dl-cdn.alpinelinux.org/alpine
            packages:
              - pkg:
                  name: db
                  secfixes:
                  # whitelist issues of later releases
                    "0":
                      - CVE-2016-0682
                    5.3-r1: [CVE-2016-0001, CVE-2016-0002]
              - pkg:
                  name: tar
                  secfixes:
                    1.29-r1:  # backport
                      -  CVE-2016-6321
            """
        let found = try records(text, as: "main.yaml")
        #expect(found.map(\.id) == ["CVE-2016-0682", "CVE-2016-0001", "CVE-2016-0002", "CVE-2016-6321"])
        #expect(found.map { $0.affected.first?.package } == ["db", "db", "db", "tar"])
        #expect(found.map { $0.affected.first?.fixed } == ["0", "5.3-r1", "5.3-r1", "1.29-r1"])
        #expect(found.allSatisfy { $0.affected.first?.ecosystem == "alpine:3.8" })
    }

    @Test("What is no identifier, package or version costs itself and is named")
    func damage() throws {
        let text = """
            {"distroversion":"v3.1","reponame":"main","packages":[{"pkg":{"secfixes":{}}},{"pkg":{"name":"a","secfixes":
            {"1-r0":["CVE-2020-1000",7,"(none)","regression"],"1 2":["CVE-2020-2000"]}}},{"pkg":{"name":"b","secfixes":{
            "1-r0":["CVE-2020-3000","CVE-2020-4000","CVE-2020-5000","CVE-2020-6000"]}}}]}
            """
        let (sink, report) = try CollectingSink.importing(document: text)
        #expect(sink.records["alpine"]?.count == 5)
        #expect(report.providers.first?.skipped == 5 && report.providers.first?.problems.count == 5)
    }
}
