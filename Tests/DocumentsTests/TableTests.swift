import Advisories
import Matching
import Reports
import ScanModel
import Testing

@testable import Documents

@Suite struct `Scan table` {
    private let distro = ScanDocument.DistroEntry(
        id: "debian",
        versionID: "10",
        name: "Debian 10",
        endOfLife: "2022-09-10",
        support: [.init(name: "LTS", end: "2024-06-30"), .init(name: "ELTS", end: "2029-06-30")]
    )

    @Test func `what is equally likely goes by severity, then by what can be fixed`() {
        let none = VulnerabilityEntry.Fix(state: .wontFix, versions: [])
        let rows = [
            SampleScan.finding("g", .critical, kev: true, suppression: SampleScan.suppression),
            SampleScan.finding("f", .critical), SampleScan.finding("e", .low, epss: 0.01),
            SampleScan.finding("d", .high, epss: 0.01, fix: none), SampleScan.finding("c", .high, epss: 0.01),
            SampleScan.finding("b", .low, epss: 0.9), SampleScan.finding("a", .low, epss: 0.001, kev: true),
        ]
        #expect(rows.byRisk().map(\.id) == ["a", "b", "c", "d", "e", "f", "g"])
    }

    @Test(arguments: [80, 200])
    func `no line is wider than the terminal and none is without the fix`(width: Int) {
        let long = String(repeating: "x", count: 300)
        let document = SampleScan.document(
            [
                SampleScan.finding(
                    "CVE-2024-1234567",
                    .negligible,
                    package: long,
                    version: long,
                    epss: 0.123,
                    kev: true
                ),
                SampleScan.finding("GHSA-aaaa-bbbb-cccc"),
            ],
            coverage: [.init(layer: SampleScan.layer, path: long, reason: long)]
        )
        let lines = document.table(TextAppearance(width: width)).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        for line in lines.prefix(while: { !$0.hasPrefix("no distribution") }) {
            #expect(DisplayWidth.columns(line) <= width)
        }
        #expect(lines[0].contains("FIX"))
        #expect(lines[1].contains("CVE-2024-1234567") && lines[1].contains("2.2.5"))
    }

    @Test func `a narrow terminal has no column that says little`() {
        let document = SampleScan.document([SampleScan.finding("CVE-1", epss: 0.5)])
        #expect(
            document.table(TextAppearance(width: 80)).hasPrefix(
                "VULNERABILITY  SEVERITY   EPSS  PACKAGE  VERSION  FIX\n"
            )
        )
        #expect(document.table().hasPrefix("VULNERABILITY  SEVERITY   EPSS  PACKAGE  VERSION  FIX    TYPE\n"))
    }

    @Test func `suppressed findings are counted and not listed`() {
        let text = SampleScan.document([SampleScan.finding("CVE-1", suppression: SampleScan.suppression)]).table()
        #expect(text == "no distribution; 1 package; 0 vulnerabilities; 1 suppressed\n")
    }

    @Test func `the summary counts what is exploited and what has a fix`() {
        let document = SampleScan.document([
            SampleScan.finding("a", kev: true),
            SampleScan.finding("b", .low, fix: .init(state: .unknown, versions: [])),
        ])
        #expect(
            document.summary
                == "no distribution; 1 package; 2 vulnerabilities (1 high, 1 low); 1 known to be exploited; 1 with a fix"
        )
    }

    @Test func `the first gaps are named, the others counted`() {
        let gaps = (0..<12).map { ScanDocument.Gap(layer: SampleScan.layer, path: "a\($0)", reason: "too large") }
        let text = SampleScan.document([], coverage: gaps).table()
        #expect(
            text.hasPrefix(
                """
                NOT LOOKED AT  REASON     LAYER
                a0             too large  abababababab

                """
            )
        )
        #expect(text.contains("and 2 more: see -o json\n"))
        #expect(text.hasSuffix("12 gaps in coverage\n"))
    }

    @Test(
        arguments: [
            ("2022-09-10", nil),
            (
                "2023-01-01",
                "Debian 10 has been out of ordinary support since 2022-09-10; "
                    + "longer support for those who take it: LTS until 2024-06-30, ELTS until 2029-06-30"
            ),
            (
                "2030-01-01",
                "Debian 10 has been out of ordinary support since 2022-09-10; fixes are no longer to be expected"
            ),
        ] as [(String, String?)]
    )
    func `a release out of support is told from the day after its last`(day: String, expected: String?) {
        #expect(distro.supportNotice(on: day) == expected)
        let text = SampleScan.document([], distro: distro).table(day: day)
        #expect(text.split(separator: "\n").count == (expected == nil ? 1 : 2))
    }

    @Test func `documents give the dates of the support and no word on today`() throws {
        let statement =
            "Ordinary support of Debian 10 lasts until 2022-09-10, LTS until 2024-06-30, ELTS until 2029-06-30."
        #expect(distro.supportStatement == statement)
        let document = SampleScan.document([], distro: distro)
        #expect(try String(decoding: document.gitLabReport(asOf: nil), as: UTF8.self).contains(statement))
        #expect(try String(decoding: document.sarif(), as: UTF8.self).contains(statement))
        #expect(String(decoding: document.junit(failOn: nil), as: UTF8.self).contains(statement))
        #expect(try String(decoding: document.json(), as: UTF8.self).contains(#""endOfLife" : "2022-09-10""#))
    }

    @Test func `what is stored of a release is in its document`() {
        let release = Distro(id: "debian", versionID: "10", name: "Debian 10")
        let support = DistroSupport([
            .init(ecosystem: "debian:10", kind: .endOfLife, date: "2022-09-10"),
            .init(ecosystem: "debian:10", kind: .extendedEnd, date: "2029-06-30", note: "ELTS"),
            .init(ecosystem: "debian:10", kind: .extendedEnd, date: "2024-06-30", note: "LTS"),
        ])
        let entry = ScanDocument.DistroEntry(release, support: support)
        #expect(entry.endOfLife == "2022-09-10")
        #expect(entry.support.map(\.name) == ["LTS", "ELTS"])
    }

    @Test func `names out of the image cannot steer the terminal`() {
        for text in HostileText.samples {
            var release = distro
            release.name = text
            let document = SampleScan.document(
                [SampleScan.finding("CVE-1", package: text, version: text)],
                distro: release,
                coverage: [.init(layer: nil, path: text, reason: text)]
            )
            let shown = document.table(TextAppearance(width: 80), day: "2023-01-01")
            #expect(shown.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
            #expect(!shown.unicodeScalars.contains("\u{202E}"))
        }
    }
}
