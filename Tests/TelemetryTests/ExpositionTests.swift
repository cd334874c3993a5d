import CoreMetrics
import Foundation
import Testing

@testable import Telemetry

@Suite("The text for Prometheus")
struct ExpositionTests {
    private func label(_ name: String, _ value: String) -> MetricLabel { MetricLabel(name, value) }

    @Test("Counters, gauges and histograms are written as the format wants them")
    func whole() {
        let registry = MetricsRegistry()
        Counter(label: MetricNames.layers, dimensions: [("outcome", "analysed")], factory: registry).increment(by: 3)
        Counter(label: MetricNames.layers, dimensions: [("outcome", "analysed")], factory: registry).increment()
        FloatingPointCounter(label: MetricNames.analyzerSeconds, dimensions: [("analyzer", "dpkg")], factory: registry)
            .increment(by: 0.25)
        Meter(label: MetricNames.leading, dimensions: [], factory: registry).set(1)
        let timer = CoreMetrics.Timer(
            label: MetricNames.mergeSeconds,
            dimensions: [("kind", "layer")],
            factory: registry
        )
        for milliseconds in [0, 2, 20, 999_000] { timer.recordMilliseconds(milliseconds) }
        let text = Exposition.text(registry.families())
        #expect(text.contains("# TYPE tallyman_layers_total counter\ntallyman_layers_total{outcome=\"analysed\"} 4\n"))
        #expect(text.contains("tallyman_analyzer_cpu_seconds_total{analyzer=\"dpkg\"} 0.25\n"))
        #expect(text.contains("# TYPE tallyman_coordinator_leading gauge\ntallyman_coordinator_leading 1\n"))
        let lines = text.split(separator: "\n").filter { $0.hasPrefix(MetricNames.mergeSeconds) }
        #expect(lines.count == Histogram.bounds.count + 3)
        #expect(lines.first == "tallyman_merge_seconds_bucket{kind=\"layer\",le=\"0.001\"} 1")
        #expect(lines.contains("tallyman_merge_seconds_bucket{kind=\"layer\",le=\"0.0025\"} 2"))
        #expect(lines.contains("tallyman_merge_seconds_bucket{kind=\"layer\",le=\"300\"} 3"))
        #expect(lines.contains("tallyman_merge_seconds_bucket{kind=\"layer\",le=\"+Inf\"} 4"))
        #expect(lines.last == "tallyman_merge_seconds_count{kind=\"layer\"} 4")
    }

    @Test("What may happen once in the life of a process is shown at zero before it happens")
    func firstSeries() {
        let registry = MetricsRegistry()
        registry.begin(FirstSeries.worker + FirstSeries.coordinator)
        Counter(label: MetricNames.leasesLost, dimensions: [], factory: registry).increment()
        let lost = [("kind", "layer"), ("outcome", "lease_lost")]
        Counter(label: MetricNames.attempts, dimensions: lost, factory: registry).increment()
        let lines = Exposition.text(registry.families()).split(separator: "\n")
        #expect(lines.contains("tallyman_leases_lost_total 1"))
        #expect(lines.contains("tallyman_leases_expired_total 0"))
        #expect(lines.contains(#"tallyman_attempts_total{kind="layer",outcome="lease_lost"} 1"#))
        #expect(lines.contains(#"tallyman_attempts_total{kind="inventory",outcome="lease_lost"} 0"#))
        #expect(lines.contains(#"tallyman_images_total{outcome="failed"} 0"#))
        let series = lines.filter { !$0.hasPrefix("#") }
        #expect(series.count == FirstSeries.worker.count + FirstSeries.coordinator.count)
    }

    @Test("Whatever stands in a label, each series stays one line")
    func hostileLabels() {
        let sample = MetricSample([label("registry", "a\"b\\c\nd{}\u{0}"), label("le gal", "x")], 1)
        let text = Exposition.text([
            MetricFamily("m_total", .counter, [sample]), MetricFamily("bad name", .gauge, [sample]),
        ])
        #expect(text == "# TYPE m_total counter\nm_total{registry=\"a\\\"b\\\\c\\nd{}\u{0}\"} 1\n")
    }

    @Test("Families of several processes are one family, and what comes twice is told once")
    func merging() {
        let one = ProcessReport(
            part: "worker",
            process: "w1",
            at: 0,
            families: [MetricFamily("a_total", .counter, [MetricSample(1)])]
        )
        var two = one
        two.process = "w2"
        let odd = MetricFamily("a_total", .gauge, [MetricSample([label("odd", "1")], 9)])
        let text = Exposition.text(one.labelled + two.labelled + one.labelled + [odd])
        #expect(
            text == """
                # TYPE a_total counter
                a_total{part="worker",process="w1"} 1
                a_total{part="worker",process="w2"} 1

                """
        )
    }

    @Test("A report goes to another process and back, and bytes that are none are no report")
    func reports() throws {
        let registry = MetricsRegistry()
        CoreMetrics.Timer(label: "t", dimensions: [], factory: registry).recordSeconds(2)
        let report = ProcessReport(part: "p", process: "n", at: 5, families: registry.families())
        let read = try #require(ProcessReport(try report.encoded()))
        #expect(read.families == report.families && read.at == 5)
        for bytes in [[], Array("{}".utf8), Array("[1]".utf8), [0xff]] as [[UInt8]] {
            #expect(ProcessReport(bytes) == nil)
        }
        var broken = report
        broken.families[0].samples[0].buckets = [1, 2]
        #expect(Exposition.text(broken.families) == "# TYPE t histogram\n")
    }

    @Test("The start of a process is the kernel's, and not the moment of the first look")
    func processStart() {
        // proc(5): the name in brackets may hold spaces and brackets; the start is field 22.
        let process = "7 (a) b (c)) S 1 7 7 0 -1 4194560 1 0 0 0 3 4 0 0 20 0 9 0 4250 1 2 3"
        let machine = "cpu  1 2 3\nctxt 9\nbtime 1700000000\nprocesses 5\n"
        #expect(ProcessFigures.start(process: process, machine: machine, ticks: 100) == 1_700_000_042.5)
        #expect(ProcessFigures.start(process: process, machine: "", ticks: 100) == nil)
        #expect(ProcessFigures.start(process: "7 (a) S 1", machine: machine, ticks: 100) == nil)
        #expect(ProcessFigures.start(process: "", machine: machine, ticks: 100) == nil)
        #expect(ProcessFigures.start(process: process, machine: machine, ticks: 0) == nil)
    }

    @Test("Names out of the world do not fill the memory")
    func bound() {
        let registry = MetricsRegistry()
        for number in 0..<(MetricsRegistry.maxSeries + 100) {
            Counter(label: "c_total", dimensions: [("registry", "\(number)")], factory: registry).increment()
        }
        #expect(registry.families().first?.samples.count == MetricsRegistry.maxSeries)
    }

    @Test("Every name has a help text, and every help text a name that Prometheus takes")
    func names() {
        for (name, help) in MetricNames.help {
            #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
            #expect(help.hasSuffix(".") && !help.contains("\n"))
        }
    }

    @Test("promtool finds nothing to mend", .enabled(if: Promtool.path != nil, "install the Debian package prometheus"))
    func promtool() throws {
        let registry = MetricsRegistry()
        for name in MetricNames.help.keys.sorted() where !name.hasPrefix("process_") {
            let labels = [("kind", "a\"b\\c\nd")]
            if name.hasSuffix("_total") {
                Counter(label: name, dimensions: labels, factory: registry).increment()
            } else if [MetricNames.mergeSeconds, MetricNames.matchSeconds, MetricNames.requestSeconds].contains(name) {
                CoreMetrics.Timer(label: name, dimensions: labels, factory: registry).recordMilliseconds(7)
            } else {
                Meter(label: name, dimensions: labels, factory: registry).set(1.5)
            }
        }
        let text = Exposition.text(registry.families() + ProcessFigures.families())
        let (status, output) = try Promtool.check(text)
        #expect(status == 0 && output.isEmpty, "\(output)")
    }
}

/// Prometheus' own checker.
enum Promtool {
    static let path = [
        "/usr/bin/promtool", "/usr/local/bin/promtool", ProcessInfo.processInfo.environment["PROMTOOL"] ?? "",
    ]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

    static func check(_ text: String) throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "tallyman-\(UInt64.random(in: 0...(.max))).prom"
        )
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // A leftover file harms no test.
        let process = Process()
        process.executableURL = URL(filePath: path ?? "")
        process.arguments = ["check", "metrics"]
        process.standardInput = try FileHandle(forReadingFrom: file)
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
