import Foundation
import TallymanTesting
import Testing

@testable import Advisories

struct SignalTests {
    @Test(
        "EPSS files of every generation are read",
        arguments: [
            ("cve,epss\nCVE-2020-5902,0.65117\n", 0.65117, nil),
            ("cve,epss,percentile\nCVE-2020-5902,0.65117,0.9981063485700858\n", 0.65117, 0.9981063485700858),
            (
                "#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000\ncve,epss,percentile\r\nCVE-2020-5902,0.97567,0.99995\r\n",
                0.97567, 0.99995
            ),
        ] as [(String, Double, Double?)]
    )
    func generations(text: String, score: Double, percentile: Double?) throws {
        let (sink, report) = try CollectingSink.importing(document: text, as: "epss.csv")
        #expect(sink.scores == [EPSSScore(cve: "CVE-2020-5902", score: score, percentile: percentile)])
        #expect(report.providers.map(\.provider) == ["epss"])
    }

    @Test("Of several editions in one import only the newest is read")
    func editions() throws {
        let folder = try TemporaryFolder()
        for (name, date, score) in [("a", "2023-03-07", "0.1"), ("b", "2026-08-16", "0.2"), ("c", "2022-02-04", "0.3")]
        {
            let head = "#model_version:v1,score_date:\(date)T00:00:00+0000\ncve,epss,percentile\n"
            try folder.write("\(name).csv", (head + "CVE-1,\(score),0.5\n").utf8)
        }
        try folder.write("d.csv", "cve,epss\nCVE-1,0.4\n".utf8)
        let (sink, _) = try CollectingSink.importing([folder.path])
        #expect(sink.scores == [EPSSScore(cve: "CVE-1", score: 0.2, percentile: 0.5)])
    }

    @Test("A line that is no score costs that line")
    func damagedLines() throws {
        let text = "cve,epss,percentile\nCVE-1,0.5,0.5\nCVE-2,7,0.5\nrubbish\nCVE-3,0.25,0.5\nCVE-4,0.25,0.5\n"
        let (sink, report) = try CollectingSink.importing(document: text, as: "epss.csv")
        #expect(sink.scores.map(\.cve) == ["CVE-1", "CVE-3", "CVE-4"])
        #expect(report.providers.first?.skipped == 2)
    }

    @Test(
        "The published EPSS file has its 360,142 scores",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func sharedScores() throws {
        let (sink, report) = try CollectingSink.importing([SharedFixtures.feed("epss/epss_scores-2026-08-16.csv.gz")])
        #expect(sink.scores.count == 360_142)
        #expect(report.providers.first?.skipped == 0)
        #expect(sink.scores.first == EPSSScore(cve: "CVE-1999-0001", score: 0.03351, percentile: 0.87650))
    }

    @Test(
        "The published KEV catalogue has its 1,404 entries",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func sharedCatalogue() throws {
        let path = SharedFixtures.feed("kev/known_exploited_vulnerabilities.json.gz")
        let (sink, report) = try CollectingSink.importing([path])
        #expect(sink.entries.count == 1404)
        #expect(report.providers.map(\.provider) == ["kev"])
        let entry = try #require(sink.entries.first { $0.cve == "CVE-2025-48384" })
        #expect(entry.dateAdded == "2025-08-25" && entry.dueDate == "2025-09-15" && !entry.ransomware)
    }

    @Test(
        "A gzip file that is cut short is refused",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func truncatedGzip() throws {
        let folder = try TemporaryFolder()
        let path = SharedFixtures.feed("kev/known_exploited_vulnerabilities.json.gz")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let cut = try folder.write("kev.json.gz", bytes.prefix(bytes.count / 2))
        #expect(throws: AdvisoryError.self) { try CollectingSink.importing([cut]) }
    }

    @Test("Nothing to import is an error that says so")
    func nothing() throws {
        let folder = try TemporaryFolder()
        try folder.write("notes.txt", "nothing here".utf8)
        #expect(throws: AdvisoryError.self) { try CollectingSink.importing([folder.path]) }
        #expect(throws: AdvisoryError.self) { try CollectingSink.importing([folder.path + "/missing"]) }
    }

    @Test("The build is the same for the same content in another order, and another for other content")
    func builds() throws {
        let lines = ["CVE-1,0.5,0.5", "CVE-2,0.25,0.5", "CVE-3,0.1,0.2"]
        func build(_ lines: [String]) throws -> String? {
            let text = "cve,epss,percentile\n" + lines.joined(separator: "\n")
            return try CollectingSink.importing(document: text, as: "x.csv").1.providers.first?.build
        }
        #expect(try build(lines) == build(lines.reversed()))
        #expect(try build(lines) != build(Array(lines.dropLast())))
    }
}
