import ArgumentParser
import Catalogers
import DedicatedThread
import LayerScan
import Reports
import ScanModel
import Versions

/// The command `tallyman debug`.
struct DebugCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug",
        abstract: "Asks the version rules, the matching and the layer analysis directly.",
        discussion: """
              tallyman debug compare dpkg 1.0~rc1 1.0
              tallyman debug satisfies npm 1.4.2 '^1.2.0'
              tallyman debug explain debian:12 CVE-2024-0553
              printf 'rpm\\t1.0-1\\t1.0-2\\n' | tallyman debug compare
            """,
        subcommands: [
            Compare.self, Satisfies.self, ExplainCommand.self, AnalyseLayer.self, MatchPackages.self,
            EvaluatePolicy.self,
        ]
    )

    private static var ecosystems: String { VersionScheme.allCases.map(\.rawValue).joined(separator: ", ") }

    /// Prints the answer to the question in `words`, or to one in each line of standard input.
    private static func answer(_ words: [String], _ ask: (VersionScheme, String, String) -> String?) throws {
        guard words.isEmpty else {
            guard words.count == 3 else { throw UsageError("three words are expected: the ecosystem and what to ask") }
            guard let scheme = VersionScheme(ecosystem: words[0]) else {
                throw UsageError("\(words[0]) is no ecosystem; they are \(ecosystems)")
            }
            guard let answer = ask(scheme, words[1], words[2]) else {
                throw InputError("\(words[1]) and \(words[2]): not ordered, or not a range, in \(words[0])")
            }
            ConsoleOutput.line(answer)
            return
        }
        var hasFailed = false
        while let line = readLine(strippingNewline: true) {
            if line.isEmpty || line.hasPrefix("#") { continue }
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let answer =
                fields.count == 3 ? VersionScheme(ecosystem: fields[0]).flatMap { ask($0, fields[1], fields[2]) } : nil
            hasFailed = hasFailed || answer == nil
            // One line out for each line in, whatever it holds.
            ConsoleOutput.line(answer ?? "?")
        }
        if hasFailed { throw InputError("lines answered with ? could not be read") }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints <, = or > for two versions; without them, for each line \"ECOSYSTEM TAB A TAB B\"."
        )
        @Argument(help: "ECOSYSTEM A B: \(DebugCommand.ecosystems).") var words: [String] = []

        func run() async throws {
            try DebugCommand.answer(words) { scheme, one, other in
                Versions.compare(one, other, scheme: scheme).map { String($0.symbol) }
            }
        }
    }

    struct Satisfies: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Prints whether a version is in a range; without them, for each line \"ECOSYSTEM TAB VERSION TAB RANGE\"."
        )
        @Argument(help: "ECOSYSTEM VERSION RANGE: \(DebugCommand.ecosystems).") var words: [String] = []

        func run() async throws {
            try DebugCommand.answer(words) { scheme, version, range in
                Versions.satisfies(version, range, scheme: scheme).map(String.init)
            }
        }
    }

    struct AnalyseLayer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "analyze-layer",
            abstract: "Analyses the blob of one layer and prints a summary in JSON.",
            shouldDisplay: false
        )
        @Argument(help: "The layer: tar, gzip or zstd.") var file: String
        @Flag(help: "Tell what each cataloger cost.") var costs = false
        @Option(help: ArgumentHelp("Collect of its files what a fleet does (standard), or this.", valueName: "list"))
        var collect: String?

        private struct Summary: Encodable {
            var entries: Int
            var expandedBytes: Int64
            var diffID: ScanModel.Digest?
            var packages: [String: Int]
            var gaps: [CoverageGap]
            var costs: [String: AnalyzerCosts.Cost]?
        }

        func run() async throws {
            let path = file
            let measured = costs ? AnalyzerCosts() : nil
            let plan =
                collect == "standard" ? .standard : CollectionPlan(parts: try CollectionOptions.parts(collect ?? ""))
            let collection = try CollectionOptions.collection(plan)
            let layer = try await ThreadPool(name: "layer", threads: 1).run {
                try LayerScanner(costs: measured, collection: collection).scan(FileProducer(path: path), expected: nil)
            }
            let packages = layer.report.evidence.flatMap(\.packages).map(\.package.type.rawValue)
            let summary = Summary(
                entries: layer.report.entries,
                expandedBytes: layer.report.expandedBytes,
                diffID: layer.report.diffID,
                packages: Dictionary(packages.map { ($0, 1) }, uniquingKeysWith: +),
                gaps: layer.report.gaps,
                costs: measured?.byCataloger
            )
            ConsoleOutput.bytes(try ReportJSON.encode(summary, layout: .compact))
        }
    }
}
