import ArgumentParser
import Foundation
import Reports
import ScanModel
import Store

/// The command `tallyman report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "The nightly report, the rebuild plan, and questions about a vulnerability, a package, an image or a licence.",
        subcommands: [
            Nightly.self, Vulnerability.self, PackageQuestion.self, Image.self, RebuildPlanQuestion.self, Licences.self,
            ReportCompliance.self,
        ]
    )

    struct Nightly: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the fleet's report as of the newest finished run over it.",
            discussion: """
                A run over the fleet is one of which a registry or a repository was a target.
                Those of single images, as pipelines start them, count where no other has
                finished; --run names any.

                report.html, report.json and the CSV files depend on the fleet, the advisories,
                and its exceptions and VEX documents alone: the same fleet gives the same
                bytes. What belongs to the run (times, what was reused) is in run.json and
                run.html.

                Images of repositories that the run could not list are shown as stale, as they
                were last seen and with the day of that; totals count what is known of them.

                Findings that an exception or a VEX statement answers are marked, and counted
                as suppressed and nowhere else. Exceptions count as of the day (UTC) on which
                the run ended, or that of --as-of.
                """
        )
        @OptionGroup var fleet: FleetOptions
        @Option(help: "The folder to write into; made where it does not exist.") var out: String
        @Option(
            name: .customLong("run"),
            help: ArgumentHelp(
                "The finished run to report on; by default the newest over the fleet.",
                valueName: "RUN"
            )
        )
        var subject: Int?
        @Option(
            help: ArgumentHelp(
                "The run to compare with, or a date: the last run finished by the end of that day (UTC).",
                discussion: """
                    Always one before the run reported on, and done. By default the newest such run
                    over the fleet.
                    """,
                valueName: "RUN|YYYY-MM-DD"
            )
        )
        var since: String?
        @Option(
            help: ArgumentHelp(
                "The day (UTC) as of which exceptions count; by default the one on which the run ended.",
                valueName: "YYYY-MM-DD"
            )
        )
        var asOf: String?
        @Option(help: "html, json, csv, with commas between.") var format = "html,json,csv"

        func run() async throws {
            let formats = try format.split(separator: ",").map { word -> NightlyFormat in
                guard let format = NightlyFormat(rawValue: String(word)) else {
                    throw UsageError("\(word) is not a format of the report: html, json, csv")
                }
                return format
            }
            let named = try DayOption.check(asOf)
            let store = try await fleet.store(connections: 2)
            let run = try await reportedRun(in: store)
            let previous = try await earlierRun(than: run, in: store)
            let day: String
            if let named { day = named } else { day = try await store.lastDay(of: run) }
            // Before the report, which takes a while.
            try UserFile.makeFolder(out)
            let report = try await store.fleetReport(run: run, since: previous, asOf: day)
            SuppressionOptions.tell(try await store.expiredExceptions(by: day), by: day)
            let summary = try await store.summary(run: run)
            for file in try NightlyReport.files(report, run: summary, formats: Set(formats)) {
                try OutputFile("\(out)/\(file.name)").write(file.bytes)
            }
            if formats.contains(.csv) {
                let csv = try StreamedFile(path: "\(out)/\(FindingsCSV.fileName)")
                try csv.append(CSVWriter(columns: FindingsCSV.columns))
                try await store.forEachFinding(run: run, asOf: day) { try csv.append($0) }
                try csv.finish()
            }
            await store.close()
            ConsoleOutput.line(
                "run \(run): \(report.totals.covered) of \(report.totals.images) images covered, "
                    + (report.totals.stale > 0 ? "\(report.totals.stale) shown as last seen, " : "")
                    + "\(report.totals.vulnerabilities) vulnerabilities in \(report.totals.findings) findings, "
                    + "\(report.totals.suppressed) more suppressed"
                    + (report.advisories.isEmpty ? " (no advisories were imported)" : "")
            )
            ConsoleOutput.line(
                "\(out)/\(formats.contains(.html) ? "report.html" : formats.contains(.json) ? "report.json" : "images.csv")"
            )
        }

        /// The run that `--run` names, or the newest finished one over the fleet.
        private func reportedRun(in store: Store) async throws -> Int {
            guard let subject else {
                guard let newest = try await store.finishedRun(before: nil) else {
                    throw InputError("no run has finished yet: tallyman fleet scan REGISTRY --wait")
                }
                return newest
            }
            guard let found = try await store.run(subject), found.state == .done else {
                throw InputError("--run: there is no run \(subject) that is done")
            }
            return found.id
        }

        /// The run that `--since` names; `nil` where there is none before.
        private func earlierRun(than run: Int, in store: Store) async throws -> Int? {
            guard let since else { return try await store.finishedRun(before: run) }
            if let number = Int(since) {
                guard let found = try await store.run(number) else {
                    throw InputError("--since: there is no run \(number)")
                }
                guard found.id < run else {
                    throw InputError("--since: run \(number) is not before run \(run), which the report is about")
                }
                guard found.state == .done else {
                    throw InputError(
                        "--since: run \(number) is \(found.state.rawValue); only one that is done saw the whole fleet"
                    )
                }
                return found.id
            }
            guard since.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil else {
                throw UsageError("--since: \(since) is neither a run's number nor a date such as 2026-11-25")
            }
            guard let found = try await store.finishedRun(before: run, byEndOf: since) else {
                throw InputError("--since: no run before run \(run) had finished by the end of \(since)")
            }
            return found
        }
    }

    struct QueryOptions: ParsableArguments {
        @OptionGroup var fleet: FleetOptions
        @Option(name: .shortAndLong, help: "table, json or csv.") var output = "table"
        @OptionGroup var day: DayOption

        func print(_ document: some QueryDocument) throws {
            guard let format = QueryFormat(rawValue: output) else {
                throw UsageError("\(output) is not a format: table, json, csv")
            }
            ConsoleOutput.text(
                String(decoding: try document.rendered(as: format, ConsoleOutput.appearance), as: UTF8.self)
            )
        }
    }

    struct Vulnerability: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Where a vulnerability is, and since when.",
            discussion: "With --as-of: where it was at the end of that day (UTC), as tags and findings stood then."
        )
        @OptionGroup var options: QueryOptions
        @Argument(help: "A CVE, GHSA or other id.") var id: String

        func run() async throws {
            let store = try await options.fleet.store(connections: 1)
            let report = try await store.vulnerabilityReport(
                id,
                asOf: try options.day.day,
                past: options.day.asOf
            )
            await store.close()
            guard let report else { throw InputError("no package of the fleet is known to have \(id)") }
            try options.print(report)
        }
    }

    struct PackageQuestion: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "package",
            abstract: "Which images have a package, by version."
        )
        @OptionGroup var options: QueryOptions
        @Argument(help: "NAME or NAME@VERSION") var package: String

        func run() async throws {
            // The last @ divides, so that scoped npm names keep theirs.
            let at = package.lastIndex(of: "@").flatMap { $0 == package.startIndex ? nil : $0 }
            let name = at.map { String(package[..<$0]) } ?? package
            let version = at.map { String(package[package.index(after: $0)...]) }
            let store = try await options.fleet.store(connections: 1)
            let report = try await store.packageReport(
                name: name,
                version: version,
                asOf: try options.day.day
            )
            await store.close()
            guard !report.versions.isEmpty else { throw InputError("no image of the fleet has \(package)") }
            try options.print(report)
        }
    }

    struct Image: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What is known of one image.")
        @OptionGroup var options: QueryOptions
        @Argument(help: "REGISTRY/REPOSITORY:TAG") var reference: String

        func run() async throws {
            guard let image = ImageReference(reference) else {
                throw UsageError("\(reference) is not an image reference")
            }
            let store = try await options.fleet.store(connections: 1)
            let report = try await store.imageReport(image, asOf: try options.day.day)
            await store.close()
            guard let report else { throw InputError("no run has seen \(image)") }
            try options.print(report)
        }
    }

    struct RebuildPlanQuestion: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild-plan",
            abstract: "The fewest rebuilds that clear the most findings with a fix.",
            discussion: """
                Which image is built on which is told by the layers that they share. What a
                layer brought is cleared by rebuilding the image that first had it, and then
                building anew what stands on that; so each finding belongs to one rebuild, and
                those that clear the most come first. A base that no scanned image is (as one
                from a registry that was not scanned) is known by its top layer. Findings
                without a fix, and suppressed ones, do not count. Asked of the newest finished
                run over the fleet.

                  tallyman report rebuild-plan --limit 5
                """
        )
        @OptionGroup var options: QueryOptions
        @Option(help: "Rebuilds that are listed; the totals count all.") var limit = 20

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            let store = try await options.fleet.store(connections: 1)
            guard let run = try await store.finishedRun(before: nil) else {
                throw InputError("no run has finished yet: tallyman fleet scan REGISTRY --wait")
            }
            let plan = try await store.rebuildPlan(run: run, asOf: try options.day.day, limit: limit)
            await store.close()
            try options.print(plan)
        }
    }

    struct Licences: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Which licences there are in the fleet; of one, the packages and images that have it.",
            discussion: """
                A LICENCE is an SPDX identifier, or the beginning of some: `agpl` is
                AGPL-3.0-only and AGPL-3.0-or-later. What packages declare is told by SPDX
                identifiers where it is recognised, and else as they word it.

                  tallyman report licences
                  tallyman report licences agpl -o csv
                """,
            aliases: ["licenses"]
        )
        @OptionGroup var options: QueryOptions
        @Argument(help: "A licence, or a family of them; by default all are counted.") var licence: String?

        func run() async throws {
            let store = try await options.fleet.store(connections: 1)
            let report = try await store.licenseReport(licence)
            await store.close()
            if let licence, report.licenses.isEmpty { throw InputError("no package of the fleet states \(licence)") }
            try options.print(report)
        }
    }
}
