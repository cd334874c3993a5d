import CapacityBenchmark
import Foundation
import Reports
import Testing

@Suite("The report of a capacity benchmark")
struct CapacityReportTests {
    private func report(workers: [Int]) -> CapacityReport {
        let runs = workers.map { count in
            var run = RunMeasurement(
                kind: .full,
                workers: count,
                slots: 2,
                load: Workload(images: 10, layers: 100, bytes: 1_000_000)
            )
            run.workSeconds = 20 / Double(count)
            run.seconds = run.workSeconds + 1
            run.cpu = ["worker": 1]
            return run
        }
        let setup = CapacityReport.Setup(
            profile: "a < b",
            images: 10,
            seed: 1,
            scale: 1,
            latencyMilliseconds: 0,
            megabitsPerSecond: nil,
            cores: 2,
            processor: "",
            version: "0"
        )
        return CapacityReport(setup: setup, runs: runs, plans: [("plan", runs[0].load, 1)])
    }

    @Test("The last number of workers is held out, and is there beside its prediction")
    func lastNumberWorkersHeld() {
        let report = report(workers: [1, 2, 4])
        #expect(report.comparisons.map(\.isFitted) == [true, true, false])
        #expect(abs(report.comparisons[2].error) < 0.2)
        #expect(report.tables(.plain).contains("held out"))
    }

    @Test("The plot is XML whatever the names are", arguments: [[1], [1, 2, 4]])
    func plotXmlWhateverNames(workers: [Int]) {
        let svg = CapacityPlot.svg(report(workers: workers))
        let parser = XMLProbe(svg)
        #expect(parser.isWellFormed)
        #expect(svg.contains("a &lt; b"))
        #expect(!svg.contains("nan") && !svg.contains("inf\""))
    }
}

/// Whether tags are closed in order and no bare `<` or `&` stands in the text.
private struct XMLProbe {
    let isWellFormed: Bool

    init(_ text: String) {
        var open: [Substring] = []
        for tag in text.split(separator: "<").dropFirst(0) {
            guard let end = tag.firstIndex(of: ">") else {
                isWellFormed = false
                return
            }
            let content = tag[..<end]
            if content.hasSuffix("/") { continue }
            if content.hasPrefix("/") {
                guard open.popLast() == content.dropFirst() else {
                    isWellFormed = false
                    return
                }
            } else {
                open.append(content.prefix { !$0.isWhitespace })
            }
        }
        isWellFormed = open.isEmpty
    }
}
