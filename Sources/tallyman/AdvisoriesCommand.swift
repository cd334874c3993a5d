import Advisories
import AdvisoryFile
import ArgumentParser
import DedicatedThread
import Foundation
import Reports

/// The command `tallyman advisories`.
struct AdvisoriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advisories",
        abstract: "The advisories that packages are matched against.",
        discussion: """
            Feeds are read in their publishers' own formats: the Debian security tracker's JSON, OSV (single files, or
            archives of an ecosystem), EPSS scores and CISA's catalogue of exploited vulnerabilities.

              tallyman advisories sync                            from the publishers
              tallyman advisories import feeds/                   from files
              tallyman advisories import --data-dir DIR feeds/    into the fleet
              tallyman advisories status
            """,
        subcommands: [Import.self, Sync.self, Status.self]
    )

    /// Where advisories go: a file, or the fleet.
    struct Target: ParsableArguments {
        @Option(help: "The advisory file; by default advisories.sqlite in the user's cache folder.")
        var advisories: String?
        @OptionGroup var fleet: FleetOptions

        /// Whether the fleet was named.
        var isFleet: Bool { fleet.postgres != nil || fleet.dataDir != nil }

        /// Imports feeds and prints what they brought.
        func take(_ paths: [String], provider: String?) async throws {
            guard !(isFleet && advisories != nil) else {
                throw UsageError("--advisories names a file, --postgres and --data-dir the fleet: give one of them")
            }
            let report: ImportReport
            if isFleet {
                report = try await FleetAdvisories.importIntoFleet(
                    paths: paths,
                    provider: provider,
                    postgres: try fleet.postgresURL()
                )
            } else {
                let path = try AdvisoryPath.file(advisories)
                try AdvisoryPath.makeFolder(of: path)
                report = try await ThreadPool(name: "import", threads: 1).run {
                    try AdvisoryFile.build(at: path, from: paths, provider: provider) { progress in
                        ConsoleOutput.progress("\(progress.provider): \(Figures.count(progress.records)) records")
                    }
                }
            }
            ConsoleOutput.progress(nil)
            AdvisoryOutput.print(report)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Imports feed files; providers that are not imported keep what they had.",
            discussion: "A feed that is damaged as a whole changes nothing: the advisories stay as they were."
        )
        @Argument(help: "Feed files, or folders with feed files at any depth.") var paths: [String]
        @Option(help: "The provider's name for all that is read; by default each feed's own.") var provider: String?
        @OptionGroup var target: Target

        func run() async throws { try await target.take(paths, provider: provider) }
    }

    struct Sync: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetches the feeds from their publishers and imports them.",
            discussion: """
                Nothing is imported unless every feed arrives whole. Without a network, fetch the files elsewhere and use
                `tallyman advisories import`.
                """
        )
        @OptionGroup var target: Target

        func run() async throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tallyman-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // What is left behind is in the system's folder for temporary files.
            defer { try? FileManager.default.removeItem(at: folder) }
            try await FeedDownload.fetchAll(into: folder.path)
            try await target.take([folder.path], provider: nil)
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows which builds of which feeds are there.")
        @Option(help: "The advisory file; by default advisories.sqlite in the user's cache folder.")
        var advisories: String?
        @Option(name: [.short, .customLong("output")], help: "The form of the result.")
        var output = FleetCommand.Format.table

        func run() async throws {
            let status = try AdvisoryFile(path: try AdvisoryPath.file(advisories)).status()
            switch output {
            case .json: ConsoleOutput.bytes(try ReportJSON.encode(status))
            case .table: AdvisoryOutput.print(status)
            }
        }
    }
}
