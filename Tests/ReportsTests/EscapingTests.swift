import ScanModel
import Testing

@testable import Reports

@Suite struct EscapingTests {
    static let hostile = "<script>alert('x')</script>\"&`"

    @Test("markup in text is shown, not obeyed")
    func escapes() {
        #expect(HTML.escape("<a href=\"x\">'&`") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#96;")
    }

    @Test("a quote with a combining mark is still escaped")
    func escapesCombined() {
        let escaped = HTML.escape("\"\u{301} onload=\"x")
        #expect(Array(escaped.utf8).starts(with: Array("&quot;".utf8)))
        #expect(!escaped.utf8.contains(UInt8(ascii: "\"")))
        let angle = HTML.escape("<\u{301}")
        #expect(!angle.utf8.contains(UInt8(ascii: "<")))
    }

    @Test("controls and bidirectional overrides become replacement characters")
    func replacesControls() {
        #expect(HTML.escape("a\u{1B}[31m\u{202E}b\u{0}") == "a\u{FFFD}[31m\u{FFFD}b\u{FFFD}")
    }

    @Test("no field of a report reaches the page as markup")
    func hostileReport() throws {
        let hostile = Self.hostile
        let openQuote = ["\"", "\u{301}"].joined()
        let combined = "\"\u{301}><img src=x onerror=alert(1)>"
        let counts = SeverityCounts(critical: 1)
        let report = FleetReport(
            advisories: [ProviderBuild(provider: hostile, build: combined, records: 1)],
            totals: FleetTotals(images: 1, covered: 1),
            images: [
                ImageRow(
                    registry: hostile,
                    repository: combined,
                    tag: hostile,
                    digest: combined,
                    platform: hostile,
                    distro: hostile,
                    state: .failed,
                    reason: combined,
                    severities: counts
                )
            ],
            vulnerabilities: [
                VulnerabilityRow(
                    id: "CVE-\(hostile)",
                    aliases: [combined],
                    severity: .high,
                    packages: [
                        AffectedPackage(type: .npm, name: hostile, version: combined, fixedVersions: [hostile])
                    ],
                    summary: combined,
                    firstSeen: hostile
                )
            ],
            packages: [
                PackageRow(type: PackageType(rawValue: hostile), name: combined, version: hostile, severities: counts)
            ],
            coverage: [CoverageRow(layer: combined, path: hostile, reason: combined)],
            failures: [FailureRow(image: hostile, state: .failed, reason: combined)],
            distros: [DistroRow(distro: combined, images: 1, findings: counts)],
            delta: FleetDelta(
                since: combined,
                new: [
                    DeltaRow(id: hostile, type: .npm, package: combined, version: hostile, fixedVersions: [combined])
                ]
            )
        )
        var run = SampleFleet.run
        run.run = hostile
        run.state = combined
        run.reason = hostile
        run.started = combined
        let files = try NightlyReport.files(report, run: run)
        let dashboard = try DashboardPage.render(
            DashboardModel(
                totals: report.totals,
                advisories: report.advisories,
                runs: [run],
                images: ImagePage(images: report.images, total: 500, search: combined),
                workers: [WorkerRow(name: hostile, activity: combined)]
            )
        )
        for page in [
            text("report.html", in: files), text("run.html", in: files), String(decoding: dashboard, as: UTF8.self),
        ] {
            #expect(!page.isEmpty)
            #expect(!contains(page, "<script>alert"))
            #expect(!contains(page, "<img"))
            #expect(!contains(page, openQuote))
            #expect(page.ranges(of: "<script>").count == 1)
        }
    }

    @Test("the CSV files guard names out of images")
    func hostileCSV() throws {
        let report = FleetReport(
            advisories: [],
            totals: FleetTotals(),
            images: [ImageRow(registry: "", repository: "=cmd", tag: "@x", digest: "", state: .failed, reason: "-1")],
            failures: [FailureRow(image: "=cmd", state: .failed, reason: "+x")]
        )
        let files = try NightlyReport.files(report, run: SampleFleet.run)
        #expect(text("images.csv", in: files).contains(",'=cmd,'@x,"))
        #expect(text("failures.csv", in: files).contains("'=cmd,failed,'+x"))
    }

    @Test(
        "only plain identifiers of known origin become links",
        arguments: [
            ("CVE-2025-1", "https://nvd.nist.gov/vuln/detail/CVE-2025-1"),
            ("GHSA-xxxx-yyyy-zzzz", "https://github.com/advisories/GHSA-xxxx-yyyy-zzzz"),
            ("CVE-2025-1/../x", nil), ("CVE-\" onclick=", nil), ("DSA-1-1", nil), ("javascript:x", nil),
        ] as [(String, String?)]
    )
    func links(id: String, link: String?) {
        #expect(PageParts.link(vulnerability: id) == link)
    }

    /// By bytes: Swift's own search goes by characters, and a browser does not.
    private func contains(_ page: String, _ part: String) -> Bool {
        !page.utf8.split(separator: Array(part.utf8), maxSplits: 1, omittingEmptySubsequences: false).dropFirst()
            .isEmpty
    }
}
