import Bytes
import ScanModel
import TallymanTesting
import Testing

@testable import Advisories

struct LanguageFeedTests {
    private static let gem = """
        ---
        gem: rack
        cve: 2011-5036
        osvdb: 78121
        ghsa: v6j3-7jrw-hq2p
        url: https://example.org/a
        title: "hash collisions"
        date: 2011-12-28
        description: |
          Rack before 1.1.3: text
        cvss_v2: 5.0
        patched_versions:
          - "~> 1.1.3"
          - ">= 1.4.0"
        """
    private static let crate = """
        ```toml
        [advisory]
        id = "RUSTSEC-2020-0071"
        package = "time"
        date = "2020-11-18"
        url = "https://example.org/t"
        cvss = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
        aliases = ["CVE-2020-26235", "GHSA-wcg3-cvx6-7396"]
        [versions]
        patched = [">= 0.2.23"]
        unaffected = ["=0.2.0"]
        ```

        # Potential segfault

        Text.
        """
    private static let victims = """
        cve: 2014-0002
        title: "Camel"
        cvss_v2: 7.5
        affected:
            - groupId: "org.apache.camel"
              artifactId: "camel-core "
              version:
                - "<=2.11.3"
                - "<=2.12.2,2.12"
              fixedin:
                - ">=2.11.4,2.11"
                - ">=2.12.3,2.12"
        """
    private static let node = """
        {"id":400,"title":"DoS","module_name":"protobufjs","cves":["CVE-2018-3738"],"publish_date":"2018-03-31",
         "vulnerable_versions":"<=6.8.5","patched_versions":">=5.0.3 <6.0.0 || >=6.8.6",
         "cvss_vector":"CVSS:3.0/AV:N/AC:L/PR:H/UI:R/S:U/C:N/I:N/A:H"}
        """
    private static let retire = """
        {"jquery":{"npmname":"jquery","extractors":{},"vulnerabilities":[
          {"below":"3.5.0","atOrAbove":"1.2.0","severity":"medium","info":["https://example.org"],
           "identifiers":{"CVE":["CVE-2020-11023"],"githubID":"GHSA-jpcq-cgw6-v4j6","summary":"XSS"}},
          {"severity":"low"}]}}
        """

    private func record(_ text: String, as name: String, provider: String) throws -> AdvisoryRecord {
        let (sink, _) = try CollectingSink.importing(document: text, as: name)
        return try #require(sink.records[provider]?.first)
    }

    @Test("RubySec: names, rating by score, and versions around the patched ones")
    func rubySec() throws {
        let record = try record(Self.gem, as: "gems/rack/CVE-2011-5036.yml", provider: "rubysec")
        #expect(record.id == "CVE-2011-5036" && record.aliases == ["GHSA-v6j3-7jrw-hq2p", "OSVDB-78121"])
        #expect(record.severity == .medium && record.published == "2011-12-28")
        let range = try #require(record.affected.first)
        #expect(range.ecosystem == "rubygems" && range.package == "rack" && range.fixed == "1.1.3")
        let all = record.affected
        for (version, isAffected) in [
            ("1.1.2", true), ("1.1.3", false), ("1.1.9", false), ("1.2.0.pre", true), ("1.4.0", false),
        ] {
            #expect(all.contains { $0.contains(version) } == isAffected, "\(version)")
        }
    }

    @Test("RustSec: the head of a Markdown file, holes, and crates that are only unmaintained")
    func rustSec() throws {
        let record = try record(Self.crate, as: "crates/time/RUSTSEC-2020-0071.md", provider: "rustsec")
        #expect(record.id == "RUSTSEC-2020-0071" && record.aliases.first == "CVE-2020-26235")
        #expect(record.severity == .medium && record.summary == "Potential segfault")
        for (version, isAffected) in [("0.1.0", true), ("0.2.0", false), ("0.2.1", true), ("0.2.23", false)] {
            #expect(record.affected.contains { $0.contains(version) } == isAffected, "\(version)")
        }
        let note = Self.crate.replacing("date =", with: "informational = \"unmaintained\"\ndate =")
        #expect(try self.record(note, as: "RUSTSEC-2020-0072.md", provider: "rustsec").affected.isEmpty)
        let gone = Self.crate.replacing("date =", with: "withdrawn = \"2021-01-01\"\ndate =")
        #expect(try self.record(gone, as: "RUSTSEC-2020-0073.md", provider: "rustsec").isWithdrawn)
    }

    @Test("Victims: series bound each statement")
    func victims() throws {
        let record = try record(Self.victims, as: "database/java/2014/0002.yaml", provider: "victims")
        #expect(record.id == "CVE-2014-0002" && record.severity == .high)
        #expect(record.affected.first?.package == "org.apache.camel:camel-core")
        for (version, isAffected) in [
            ("2.10", true), ("2.11.3", true), ("2.11.4", false), ("2.12.1", true), ("2.12.3", false),
        ] {
            #expect(record.affected.contains { $0.contains(version) } == isAffected, "\(version)")
        }
    }

    @Test("Node.js: npm packages, and Node.js itself as a program")
    func nodeSecurity() throws {
        let record = try record(Self.node, as: "vuln/npm/400.json", provider: "nodejs-security-wg")
        #expect(record.id == "NSWG-ECO-400" && record.aliases == ["CVE-2018-3738"] && record.severity == .medium)
        #expect(record.affected.last?.fixed == "6.8.6" && record.affected.last?.lastAffected == "6.8.5")
        let core = #"{"cve":["CVE-1","CVE-2"],"vulnerable":"8.x","patched":"^8.1.4","severity":"high","overview":"o"}"#
        let own = try self.record(core, as: "vuln/core/1.json", provider: "nodejs-security-wg")
        #expect(own.id == "NSWG-COR-1" && own.covers == ["CVE-1", "CVE-2"] && own.severity == .high)
        #expect(own.affected.first?.ecosystem == "binary" && own.affected.first?.package == "node")
        #expect(own.affected.contains { $0.contains("8.1.3") } && !own.affected.contains { $0.contains("8.1.4") })
    }

    @Test("The index of a folder is read only where it comes alone")
    func index() throws {
        let folder = try TemporaryFolder()
        try folder.write("npm/index.json", #"{"400":\#(Self.node)}"#.utf8)
        let (alone, _) = try CollectingSink.importing([folder.path])
        #expect(alone.records["nodejs-security-wg"]?.map(\.id) == ["NSWG-ECO-400"])
        try folder.write("npm/400.json", Self.node.utf8)
        try folder.write("npm/401.json", Self.node.utf8)
        let (both, _) = try CollectingSink.importing([folder.path])
        #expect(both.records["nodejs-security-wg"]?.map(\.id) == ["NSWG-ECO-400", "NSWG-ECO-401"])
    }

    @Test("Retire.js: flaws of components, damaged ones named")
    func retire() throws {
        let (sink, report) = try CollectingSink.importing(document: Self.retire, as: "jsrepository-v5.json")
        let record = try #require(sink.records["retirejs-browser"]?.first)
        #expect(
            record.id == "CVE-2020-11023" && record.aliases == ["GHSA-jpcq-cgw6-v4j6"] && record.severity == .medium
        )
        #expect(record.affected.first?.introduced == "1.2.0" && record.affected.first?.fixed == "3.5.0")
        #expect(report.providers.first?.skipped == 1)
    }

    @Test("Truncated and changed records are counted or read, never a trap")
    func damage() throws {
        let files: [(String, String, any AdvisoryImporter)] = [
            ("gems/rack/a.yml", Self.gem, RubySecImporter()),
            ("RUSTSEC-1.md", Self.crate, RustSecImporter(isToolchain: false)),
            ("database/java/a.yaml", Self.victims, VictimsImporter()),
            ("vuln/npm/400.json", Self.node, NodeSecurityImporter()),
            ("jsrepository.json", Self.retire, RetireImporter(isBrowser: true)),
        ]
        var random = SeededRandom(seed: 5)
        for (name, text, importer) in files {
            let bytes = Array(text.utf8)
            func survive(_ bytes: [UInt8]) {
                let file = FeedFile(name: name, content: FileBytes(bytes))
                _ = importer.canRead(file)
                _ = importer.edition(of: file)
                // A file whose frame is broken is refused, which is right, too.
                _ = try? importer.importRecords(from: file, provider: "p", limits: .init()) { _ in }
            }
            for count in stride(from: 1, to: bytes.count, by: 3) { survive(Array(bytes[..<count])) }
            for _ in 0..<300 {
                var copy = bytes
                for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
                survive(copy)
            }
        }
    }
}
