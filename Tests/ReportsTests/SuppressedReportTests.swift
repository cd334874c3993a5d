import Foundation
import ScanModel
import Testing

@testable import Reports

@Suite struct SuppressedReportTests {
    private let suppression = Suppression(
        kind: .exception,
        status: .accepted,
        reason: "=behind a <b>gateway</b>",
        source: "e.yaml",
        author: "jane",
        expires: "2026-01-31"
    )

    @Test("what is suppressed everywhere comes last and says why; what is open somewhere keeps its place")
    func order() throws {
        var closed = VulnerabilityRow(id: "CVE-1", severity: .critical, kev: true, suppressedImageCount: 3)
        closed.suppressions = [suppression]
        let partly = VulnerabilityRow(id: "CVE-2", severity: .high, kev: true, imageCount: 1, suppressedImageCount: 2)
        let open = VulnerabilityRow(id: "CVE-3", severity: .low, imageCount: 1)
        let report = FleetReport(
            advisories: [],
            totals: FleetTotals(images: 1, covered: 1, suppressed: 5),
            vulnerabilities: [closed, open, partly]
        )
        #expect(report.vulnerabilities.map(\.id) == ["CVE-2", "CVE-3", "CVE-1"])
        let files = try NightlyReport.files(report, run: SampleFleet.run)
        let page = text("report.html", in: files)
        #expect(page.contains("Suppressed: accepted: =behind a &lt;b&gt;gateway&lt;/b&gt; (e.yaml)"))
        #expect(text("vulnerabilities.csv", in: files).contains(",3,accepted: =behind a <b>gateway</b> (e.yaml)\r\n"))
        let back = try JSONDecoder().decode(FleetReport.self, from: Data(text("report.json", in: files).utf8))
        #expect(back == report)
    }

    @Test("an image's suppressed findings are counted apart, listed apart, and have their columns filled")
    func image() throws {
        let report = ImageReport(
            image: "r/a:1",
            digest: "",
            findings: [
                ImageFinding(id: "CVE-1", severity: .high, type: .deb, package: "a", version: "1"),
                ImageFinding(
                    id: "CVE-2",
                    severity: .high,
                    type: .deb,
                    package: "b",
                    version: "1",
                    suppression: suppression
                ),
            ]
        )
        let table = String(decoding: try report.rendered(as: .table), as: UTF8.self)
        #expect(table.contains("Findings    1 high\n") && table.contains("Suppressed  1 finding\n"))
        let csv = String(decoding: try report.rendered(as: .csv), as: UTF8.self).split(separator: "\r\n")
        #expect(csv.count == 3 && csv[1].hasSuffix(",,,,,"))
        // What a spreadsheet would compute is text.
        #expect(csv[2].hasSuffix(",accepted,'=behind a <b>gateway</b>,e.yaml,2026-01-31,"))
    }
}
