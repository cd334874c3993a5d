import Foundation
import FoundationXML
import ScanModel
import TallymanTesting
import Testing

@testable import Documents

@Suite struct `JUnit report` {
    private func parse(_ bytes: [UInt8]) throws -> XMLElement {
        try #require(try XMLDocument(data: Data(bytes), options: []).rootElement())
    }

    private func cases(_ bytes: [UInt8]) throws -> [XMLElement] {
        let suite = try #require(try parse(bytes).elements(forName: "testsuite").first)
        return suite.elements(forName: "testcase")
    }

    /// The element that says what became of a test; empty where it passed without a word.
    private func outcome(_ test: XMLElement) -> String {
        test.children?.first { $0.kind == .element }?.name ?? ""
    }

    @Test func `the whole document`() {
        let document = SampleScan.document(
            [
                SampleScan.finding("CVE-1", .critical, score: 9.8, epss: 0.5, kev: true, summary: "Cookies <leak>"),
                SampleScan.finding("CVE-2", .low, fix: .init(state: .notFixed, versions: [])),
            ],
            packages: [SampleScan.package(), SampleScan.package("zlib", version: "1.3", type: .deb)],
            coverage: [.init(layer: nil, path: "opt/a.jar", reason: "too large")]
        )
        let text = String(decoding: document.junit(failOn: .high), as: UTF8.self)
        #expect(
            text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="tallyman" tests="2" failures="1" errors="0">
                  <testsuite name="registry.example:5000/team/app:1.4" tests="2" failures="1" errors="0" skipped="0">
                    <properties>
                      <property name="source" value="registry.example:5000/team/app:1.4"/>
                      <property name="platform" value="linux/amd64"/>
                      <property name="tallyman" value="1.0"/>
                      <property name="advisories.test" value="sha256:00"/>
                    </properties>
                    <testcase classname="registry_example:5000/team/app.python" name="flask 2.2.2">
                      <failure message="1 vulnerability: CVE-1" type="critical">CVE-1: Cookies &lt;leak&gt; [critical (CVSS 9.8), EPSS 50.0%, known to be exploited] Upgrade flask to 2.2.5. https://nvd.nist.gov/vuln/detail/CVE-1
                CVE-2 [low] No fix has been released yet. https://nvd.nist.gov/vuln/detail/CVE-2</failure>
                    </testcase>
                    <testcase classname="registry_example:5000/team/app.deb" name="zlib 1.3"/>
                    <system-err>not looked at: opt/a.jar: too large</system-err>
                  </testsuite>
                </testsuites>

                """
        )
    }

    @Test func `a package fails with what --fail-on counts and with nothing else`() throws {
        let rows = [
            SampleScan.finding("CVE-1", .medium, package: "a"), SampleScan.finding("CVE-2", .high, package: "b"),
            SampleScan.finding("CVE-3", .critical, package: "c", suppression: SampleScan.suppression),
        ]
        let document = SampleScan.document(rows, packages: ["a", "b", "c", "d"].map { SampleScan.package($0) })
        for (threshold, expected) in [
            (Severity.high, ["system-out", "failure", "skipped", ""]), (nil, ["failure", "failure", "skipped", ""]),
            (.critical, ["system-out", "system-out", "skipped", ""]),
        ] as [(Severity?, [String])] {
            let cases = try cases(document.junit(failOn: threshold))
            #expect(cases.map(outcome) == expected)
            let failed = expected.count { $0 == "failure" }
            #expect(document.count(from: threshold ?? .unknown) == failed)
        }
    }

    @Test func `copies of a package in several places are one test`() throws {
        let document = SampleScan.document(
            [SampleScan.finding("CVE-1"), SampleScan.finding("CVE-1")],
            packages: [SampleScan.package(), SampleScan.package(paths: ["/other"])]
        )
        let cases = try cases(document.junit(failOn: nil))
        #expect(cases.count == 1)
        #expect(cases.first?.elements(forName: "failure").first?.stringValue?.split(separator: "\n").count == 1)
    }

    @Test func `a scan without advisories is an error, not a pass`() throws {
        let cases = try cases(SampleScan.document([], isMatched: false).junit(failOn: nil))
        #expect(cases.map(outcome) == ["error"])
    }

    @Test func `an XML reader gets one test a package, whatever stands in names`() throws {
        var random = SeededRandom(seed: 7)
        let texts = HostileText.samples + (0..<300).map { _ in HostileText.random(&random) }
        for text in texts {
            let document = SampleScan.document(
                [SampleScan.finding(text, package: text, version: text, summary: text, aliases: [text])],
                packages: [SampleScan.package(text, version: text, paths: [text]), SampleScan.package()],
                reference: text,
                coverage: [.init(layer: nil, path: text, reason: text)]
            )
            let cases = try cases(document.junit(failOn: nil))
            #expect(cases.count == 2)
            #expect(cases.first?.elements(forName: "failure").count == 1)
        }
    }
}
