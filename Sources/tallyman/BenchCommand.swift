import ArgumentParser

/// The command `tallyman bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures what this machine can do with a fleet that it makes itself.",
        subcommands: [Capacity.self, StoreQuestions.self, FleetPolicies.self, BenchRegistry.self]
    )
}
