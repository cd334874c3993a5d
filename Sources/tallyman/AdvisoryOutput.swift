import Advisories
import AdvisoryFile
import Reports

/// Prints what imports brought and what advisory files hold.
enum AdvisoryOutput {
    /// Problems of one provider that are shown one by one.
    private static let maxProblems = 5
    /// Of a build's digest, enough to tell builds apart: `sha256:` and twelve digits.
    private static let buildCharacters = 19

    /// What an import brought, for machines.
    private struct Summary: Encodable {
        let providers: [ProviderImport]
        /// Sorted: a set of the same names would come in another order each time.
        let unchanged: [String]
        let problems: [FeedProblem]
        let skippedFiles: [String]
        let ignoredFiles: [String]

        init(_ report: ImportReport) {
            providers = report.providers
            unchanged = report.unchanged.sorted()
            problems = report.problems
            skippedFiles = report.skippedFiles
            ignoredFiles = report.ignoredFiles
        }
    }

    /// Problems go to standard error in either form.
    static func print(_ report: ImportReport, as form: FleetCommand.Format) throws {
        var table = TextTable([.init("PROVIDER"), .init("RECORDS", .right), .init("LEFT OUT", .right), .init("BUILD")])
        for provider in report.providers {
            table.append([
                .init(provider.provider), .init(provider.records), .init(provider.skipped),
                .init(String(provider.build.prefix(buildCharacters))),
            ])
            for problem in provider.problems.prefix(maxProblems) {
                ConsoleOutput.error("\(provider.provider): left out: \(problem)")
            }
        }
        show(report.skippedFiles, as: "not read")
        show(report.ignoredFiles, as: "ignored, not a vulnerability feed")
        if !report.unchanged.isEmpty {
            let count = Figures.plural(report.unchanged.count, "provider")
            ConsoleOutput.error("\(count) of \(report.providers.count) unchanged: read before from the same files")
        }
        for problem in report.problems {
            ConsoleOutput.error("tallyman: \(problem.subject): not imported, what was there stays: \(problem.reason)")
        }
        switch form {
        case .json: ConsoleOutput.bytes(try ReportJSON.encode(Summary(report)))
        case .table: ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }
    }

    private static func show(_ files: [String], as heading: String) {
        for file in files.prefix(maxProblems) { ConsoleOutput.error("\(heading): \(file)") }
        guard files.count > maxProblems else { return }
        ConsoleOutput.error("\(heading): \(files.count - maxProblems) more files")
    }

    static func print(_ status: [ProviderStatus]) {
        var table = TextTable([
            .init("PROVIDER"), .init("RECORDS", .right), .init("DATED"), .init("IMPORTED"), .init("BUILD"),
        ])
        for provider in status where provider.isPresent {
            table.append([
                .init(provider.provider), .init(provider.records), .init(String(provider.date?.prefix(10) ?? "")),
                .init(provider.imported), .init(String(provider.build.prefix(buildCharacters))),
            ])
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        for provider in status {
            guard let problem = provider.problem else { continue }
            ConsoleOutput.line("not renewed since \(problem.since): \(provider.provider): \(problem.reason)")
        }
    }
}
