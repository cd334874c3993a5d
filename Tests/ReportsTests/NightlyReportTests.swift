import Crypto
import Foundation
import ScanModel
import Testing

@testable import Reports

@Suite struct NightlyReportTests {
    @Test("the same fleet gives the same bytes, whatever order its rows came in", arguments: [2, 3, 5, 8] as [UInt64])
    func determinism(seed: UInt64) throws {
        let expected = try NightlyReport.files(SampleFleet.report(seed: 1), run: SampleFleet.run)
        let files = try NightlyReport.files(SampleFleet.report(seed: seed), run: SampleFleet.run)
        #expect(expected.map(\.name) == files.map(\.name))
        for (left, right) in zip(expected, files) {
            #expect(left.bytes == right.bytes, "\(left.name) differs")
        }
    }

    @Test("rows with equal keys are put in one order")
    func tieBreak() {
        let rows = ["b", "a", "c"].map { summary in
            VulnerabilityRow(id: "CVE-1", severity: .low, epss: .nan, summary: summary)
        }
        let orders = [rows, rows.reversed()].map { $0.inReportOrder().map(\.summary) }
        #expect(orders == [["a", "b", "c"], ["a", "b", "c"]])
    }

    @Test("vulnerabilities are ordered by exploitation, then probability, then severity, then identifier")
    func riskOrder() {
        let rows = [
            VulnerabilityRow(id: "CVE-5", severity: .critical),
            VulnerabilityRow(id: "CVE-4", severity: .low, epss: 0.1),
            VulnerabilityRow(id: "CVE-3", severity: .high, epss: 0.1),
            VulnerabilityRow(id: "CVE-2", severity: .high, epss: 0.1),
            VulnerabilityRow(id: "CVE-1", severity: .low, kev: true),
        ]
        #expect(rows.inReportOrder().map(\.id) == ["CVE-1", "CVE-2", "CVE-3", "CVE-4", "CVE-5"])
    }

    @Test("what belongs to a run alone stays out of the report")
    func runFactsStayApart() throws {
        var other = SampleFleet.run
        other.run = "another-run"
        other.seconds = 9
        other.workers = 32
        let report = SampleFleet.report(seed: 1)
        let first = try NightlyReport.files(report, run: SampleFleet.run)
        let second = try NightlyReport.files(report, run: other)
        let changed = zip(first, second).filter { $0.bytes != $1.bytes }.map(\.0.name)
        #expect(changed == ["run.html", "run.json"])
    }

    @Test("a report without advisories says so before anything else")
    func noAdvisories() throws {
        let report = FleetReport(advisories: [], totals: FleetTotals(images: 2, covered: 2))
        let page = text("report.html", in: try NightlyReport.files(report, run: SampleFleet.run))
        let statement = try #require(page.range(of: "<strong>No advisories.</strong> Nothing was matched"))
        let figures = try #require(page.range(of: "class=\"cards\""))
        #expect(statement.lowerBound < figures.lowerBound)
    }

    @Test("an empty fleet is reported as nothing covered, never as clean")
    func emptyFleet() throws {
        let report = FleetReport(advisories: [], totals: FleetTotals())
        let files = try NightlyReport.files(report, run: RunSummary(run: "1", state: "failed"))
        let page = text("report.html", in: files)
        #expect(page.contains("<strong>No images.</strong>"))
        #expect(!page.contains("Every image was analysed"))
        #expect(text("images.csv", in: files).split(separator: "\r\n").count == 1)
        #expect(!files.contains { $0.name == "delta.csv" })
    }

    @Test("an image that could not be looked at is shown as stale, with the day on which it was last seen")
    func stale() throws {
        let report = FleetReport(
            advisories: [],
            totals: FleetTotals(images: 2, covered: 1, stale: 1),
            images: [
                ImageRow(registry: "r", repository: "app", tag: "1", digest: "sha256:1", state: .analysed),
                ImageRow(
                    registry: "r",
                    repository: "web",
                    tag: "1",
                    digest: "sha256:2",
                    state: .stale,
                    reason: "shown as of 2026-01-29",
                    lastSeen: "2026-01-29"
                ),
            ]
        )
        let files = try NightlyReport.files(report, run: SampleFleet.run)
        let page = text("report.html", in: files)
        #expect(page.contains("<strong>Not everything is up to date.</strong> 1 image in repositories"))
        #expect(page.contains("o-stale\">stale</span><br><span class=\"small soft\">shown as of 2026-01-29"))
        #expect(page.contains("1 of 2") && page.contains("1 stale"))
        #expect(text("report.json", in: files).ranges(of: "\"lastSeen\"").count == 1)
        let lines = text("images.csv", in: files).split(separator: "\r\n")
        #expect(lines.map { $0.hasSuffix(",2026-01-29") } == [false, false, true])
    }

    @Test("a page shows 10,000 rows and says where the others are")
    func rowLimit() throws {
        let report = SampleFleet.report(seed: 1, images: 10_500)
        let files = try NightlyReport.files(report, run: SampleFleet.run)
        let page = text("report.html", in: files)
        #expect(page.contains("The first 10,000 of 10,500 images; 500 more are in images.csv."))
        #expect(page.ranges(of: "class=\"soft\">registry.example.com/").count == 10_000)
        #expect(text("images.csv", in: files).split(separator: "\r\n").count == 10_501)
    }

    @Test("a document read back is the document")
    func roundTrip() throws {
        let report = SampleFleet.report(seed: 4)
        let bytes = try ReportJSON.encode(report)
        #expect(try JSONDecoder().decode(FleetReport.self, from: Data(bytes)) == report)
        let line = String(decoding: try ReportJSON.encode(report, layout: .compact), as: UTF8.self)
        #expect(line.contains("\"schema\":\"tallyman.report/1\""))
        #expect(!line.contains("\\/"))
        #expect(line.hasSuffix("}\n"))
    }

    @Test("a document of another schema is refused")
    func otherSchema() throws {
        let line = String(decoding: try ReportJSON.encode(SampleFleet.report(seed: 4)), as: UTF8.self)
        let other = line.replacingOccurrences(of: FleetReport.schema, with: "tallyman.report/9")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(FleetReport.self, from: Data(other.utf8)) }
    }

    @Test("a score that is not a number does not stop the report")
    func notANumber() throws {
        let row = VulnerabilityRow(id: "CVE-1", severity: .low, cvssScore: .infinity, epss: .nan)
        let report = FleetReport(advisories: [], totals: FleetTotals(), vulnerabilities: [row])
        let files = try NightlyReport.files(report, run: SampleFleet.run)
        #expect(text("report.json", in: files).contains("\"NaN\""))
    }

    @Test("only the formats asked for are made, and run.json always")
    func formats() throws {
        let files = try NightlyReport.files(SampleFleet.report(seed: 1), run: SampleFleet.run, formats: [.json])
        #expect(files.map(\.name) == ["report.json", "run.json"])
    }

    @Test("run.json has the members of fleet status")
    func runMembers() throws {
        let bytes = try ReportJSON.encode(SampleFleet.run)
        let members = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(
            Set(members.keys).isSuperset(of: ["run", "state", "images", "layers", "bytes", "seconds", "advisories"])
        )
    }

    @Test("the page's policy names the hashes of its own script and style")
    func policyHashes() {
        func hash(_ text: String) -> String { Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString() }
        #expect(PagePolicy.scriptHash == hash(PageScript.javaScript))
        #expect(PagePolicy.styleHash == hash(PageStyle.css))
    }

    @Test("pages refer to nothing elsewhere and have no inline handlers or styles")
    func selfContained() throws {
        let files = try NightlyReport.files(SampleFleet.report(seed: 1), run: SampleFleet.run)
        for name in ["report.html", "run.html"] {
            let page = text(name, in: files)
            for needle in ["<link", "src=", "@import", "url(", " style=", " onclick=", "{{"] {
                #expect(!page.contains(needle), "\(name) contains \(needle)")
            }
            #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
            #expect(page.ranges(of: "<table").count == page.ranges(of: "<caption>").count)
        }
    }

    @Test func `the page of a run names the images on releases out of support on its day`() throws {
        func image(_ tag: String, _ distro: String) -> ImageRow {
            ImageRow(registry: "r", repository: "app", tag: tag, digest: "sha256:1", distro: distro, state: .analysed)
        }
        let report = FleetReport(
            advisories: [],
            totals: FleetTotals(),
            images: [image("old", "debian-10"), image("new", "debian-12"), image("<b>", "debian-10")],
            distros: [
                DistroRow(distro: "debian-10", images: 2, endOfLife: "2022-09-10"),
                DistroRow(distro: "debian-12", images: 1, endOfLife: "2026-07-11"),
                DistroRow(distro: "none", images: 1),
            ]
        )
        func page(_ started: String) throws -> String {
            let run = RunSummary(run: "1", state: "done", started: started)
            let file = try #require(try NightlyReport.files(report, run: run).first { $0.name == "run.html" })
            return String(decoding: file.bytes, as: UTF8.self)
        }
        let later = try page("2026-01-30T05:10:00Z")
        #expect(later.contains("ended by 2026-01-30"))
        #expect(later.contains("r/app:old<br>"))
        #expect(later.contains("r/app:&lt;b&gt;<br>"))
        #expect(!later.contains("r/app:new"))
        #expect(try !page("2022-09-10T00:00:00Z").contains("Out of support"))
        #expect(try !page("").contains("Out of support"))
    }
}
