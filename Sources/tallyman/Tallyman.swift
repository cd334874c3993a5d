import ArgumentParser

/// The program: one-shot scans, the fleet's parts, and the questions to ask of a fleet.
@main
struct Tallyman: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tallyman",
        abstract: "Keeps the tally of what is inside an organisation's container images.",
        discussion: """
            One image, no server:
              tallyman advisories sync
              tallyman scan debian:12

            A whole registry, on one machine:
              tallyman up --data-dir DIR
              tallyman advisories sync --data-dir DIR
              tallyman fleet scan registry.example:5000 --wait --data-dir DIR
              tallyman report nightly --out report --data-dir DIR

            Where servers and folders are, and what the parts of a fleet are told, comes
            from flags, then from TALLYMAN_… variables (TALLYMAN_DATA_DIR is --data-dir),
            then from tallyman.yaml in the working folder, or the file that TALLYMAN_CONFIG
            names.
            Exit codes: 0 done; 1 a threshold or policy says no; 64 usage; 65 bad input
            data; 69 a service is unreachable or a run scanned nothing; 70 a fault of
            tallyman itself.
            """,
        version: BuildVersion.text,
        subcommands: [
            ScanCommand.self, SBOMCommand.self, AdvisoriesCommand.self, UpCommand.self, CoordinatorCommand.self,
            WorkerCommand.self,
            ServeCommand.self, MigrateCommand.self, AccountCommand.self, RegistryCommand.self, FleetCommand.self,
            ReportCommand.self,
            PolicyCommand.self, NotifyCommand.self, BenchCommand.self, DebugCommand.self,
        ]
    )

    static func main() async {
        await CommandRunner.run(Tallyman.self)
    }
}
