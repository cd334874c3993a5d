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
            Feeds are read in their publishers' own formats, as `sync --list` shows them,
            from single files, archives and folders.

              tallyman advisories sync                      from the publishers
              tallyman advisories sync --mirror http://HOST from a server of your own
              tallyman advisories import feeds/             from files
              tallyman advisories import --fleet feeds/     into the fleet
              tallyman advisories status

            A feed that is gone, damaged or older than what is there costs that feed: it
            stays as it was, the others go on, and `status` and the reports say why. Exit
            codes: 0 all is well; 65 some feeds brought nothing, the others are imported;
            69 nothing could be fetched.
            """,
        subcommands: [Import.self, SyncCommand.self, Status.self]
    )

    /// Where advisories go: a file, or the fleet.
    struct Target: ParsableArguments {
        @Option(help: "The advisory file; by default advisories.sqlite in the user's cache folder.")
        var advisories: String?
        @OptionGroup var fleet: FleetOptions

        @Flag(
            name: .customLong("fleet"),
            help: "Use the fleet's database, where the settings say (TALLYMAN_POSTGRES) or that of `tallyman up`."
        )
        var inFleet = false

        /// Whether the fleet was named.
        var isFleet: Bool { inFleet || fleet.postgres != nil || fleet.dataDir != nil }

        func validate() throws {
            guard !(isFleet && advisories != nil) else {
                throw ValidationError(
                    "--advisories names a file, --postgres and --data-dir the fleet: give one of them"
                )
            }
        }

        /// Imports feeds and prints what they brought.
        func take(
            _ paths: [String],
            options: AdvisoryImport.Options,
            printing format: FleetCommand.Format
        ) async throws -> ImportReport {
            ShrunkenFile.endsProgram()
            var options = options
            options.reader = ProgramIdentity.text
            let report = try await build(paths, options)
            ConsoleOutput.progress(nil)
            try AdvisoryOutput.print(report, as: format)
            if !isFleet {
                // Whoever has a fleet may have meant its database, of which nothing on the command line has spoken.
                let path = try AdvisoryPath.file(advisories)
                ConsoleOutput.error("\(path) is for scans without a server; --fleet takes a fleet's database")
            }
            return report
        }

        private func build(_ paths: [String], _ options: AdvisoryImport.Options) async throws -> ImportReport {
            if isFleet {
                return try await FleetAdvisories.importIntoFleet(
                    paths: paths,
                    options: options,
                    postgres: try fleet.postgresURL()
                )
            }
            let path = try AdvisoryPath.file(advisories)
            try AdvisoryPath.makeFolder(of: path)
            return try await ThreadPool(name: "import", threads: 1).run {
                try AdvisoryFile.build(at: path, from: paths, options: options) { progress in
                    ConsoleOutput.progress("\(progress.provider): \(Figures.count(progress.records)) records")
                }
            }
        }

        /// Remembers why nothing was imported.
        func note(_ outcome: ImportOutcome) async throws {
            if isFleet { return try await FleetAdvisories.note(outcome, postgres: try fleet.postgresURL()) }
            let path = try AdvisoryPath.file(advisories)
            try await ThreadPool(name: "import", threads: 1).run { try AdvisoryFile.note(outcome, at: path) }
        }

        /// What is there.
        func status() async throws -> [ProviderStatus] {
            guard isFleet else { return try AdvisoryFile(path: try AdvisoryPath.file(advisories)).status() }
            return try await FleetAdvisories.status(postgres: try fleet.postgresURL())
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Imports feed files; providers that are not imported keep what they had.",
            discussion: """
                Files that were imported before are not read again. A feed that is damaged as a
                whole, or dated earlier than what is there, leaves its provider as it was.
                """
        )
        @Argument(help: "Feed files, or folders with feed files at any depth.") var paths: [String]
        @Option(help: "The provider's name for all that is read; by default each feed's own.") var provider: String?
        @Flag(help: "Take feeds although they are dated earlier than what is there.") var allowOlder = false
        @OptionGroup var target: Target
        @Option(name: [.short, .customLong("output")], help: "table or json.") var output = FleetCommand.Format.table

        func run() async throws {
            var options = AdvisoryImport.Options()
            options.provider = provider
            options.allowsOlder = allowOlder
            let report = try await target.take(paths, options: options, printing: output)
            guard report.problems.isEmpty else { throw ExitCode(ExitStatus.badInput) }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows which builds of which feeds are there.")
        @OptionGroup var target: Target
        @Option(name: [.short, .customLong("output")], help: "The form of the result.")
        var output = FleetCommand.Format.table

        func run() async throws {
            let status = try await target.status()
            switch output {
            case .json: ConsoleOutput.bytes(try ReportJSON.encode(status))
            case .table: AdvisoryOutput.print(status)
            }
        }
    }
}
