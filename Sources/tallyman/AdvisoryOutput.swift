import Advisories
import AdvisoryFile
import Reports

/// Prints what imports brought and what advisory files hold.
enum AdvisoryOutput {
    /// Problems of one provider that are shown one by one.
    private static let maxProblems = 5
    /// Of a build's digest, enough to tell builds apart: `sha256:` and twelve digits.
    private static let buildCharacters = 19

    static func print(_ report: ImportReport) {
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
        for file in report.skippedFiles.prefix(maxProblems) { ConsoleOutput.error("not read: \(file)") }
        if report.skippedFiles.count > maxProblems {
            ConsoleOutput.error("not read: \(report.skippedFiles.count - maxProblems) more files")
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }

    static func print(_ status: [ProviderStatus]) {
        var table = TextTable([.init("PROVIDER"), .init("RECORDS", .right), .init("IMPORTED"), .init("BUILD")])
        for provider in status {
            table.append([
                .init(provider.provider), .init(provider.records), .init(provider.imported),
                .init(String(provider.build.prefix(buildCharacters))),
            ])
        }
        ConsoleOutput.text(table.render(ConsoleOutput.appearance))
    }
}
