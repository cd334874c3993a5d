import ArgumentParser
import Foundation
import Store
import StoreBenchmark

extension BenchCommand {
    /// `bench store`, which benchmarks/fleet-store calls.
    struct StoreQuestions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "store",
            abstract: "Fills an empty database with a synthetic fleet, and measures matching, questions and size.",
            discussion: "benchmarks/fleet-store makes the database and calls this. Exit code 1: a limit is passed.",
            shouldDisplay: false
        )
        @Option(help: "An empty PostgreSQL database, which is filled.") var postgres: String
        @Option(help: "A folder with advisory feeds.") var feeds: String
        @Option(help: "Images of the fleet.") var images = 2_000
        @Option(help: "Distinct package versions of the fleet.") var packages = 10_000
        @Option(help: "Nights with new images and retention.") var nights = 10
        @Option(help: "The same seed gives the same fleet.") var seed: UInt64 = 1

        @Flag(help: "Store of each layer what an analysis of it would have, as documents are made of it.")
        var analysed = false

        @Flag(help: "The database holds the fleet of an earlier run: neither fill it nor grow it.") var filled = false

        func validate() throws {
            guard (20...200_000).contains(images) else { throw ValidationError("--images must be from 20 to 200000") }
            guard (2_000...400_000).contains(packages) else {
                throw ValidationError("--packages must be from 2000 to 400000")
            }
            guard (0...30).contains(nights) else { throw ValidationError("--nights must be from 0 to 30") }
        }

        func run() async throws {
            let store = Store(url: postgres, connections: 3)
            let benchmark = StoreBenchmark(
                store: store,
                size: FleetSize(images: images, packages: packages, seed: seed),
                feeds: [feeds],
                cycles: nights,
                isAnalysed: analysed,
                isFilled: filled,
                progress: { ConsoleOutput.error($0) },
                tell: { figure in
                    let verdict = figure.limit.map {
                        "limit \($0.formatted()) \(figure.unit): \(figure.isWithin ? "ok" : "ABOVE")"
                    }
                    let value = figure.measured.formatted(.number.precision(.fractionLength(2)).grouping(.never))
                    ConsoleOutput.line(
                        ["\(figure.question): \(value) \(figure.unit)", verdict ?? "", figure.note]
                            .filter { !$0.isEmpty }.joined(separator: "; ")
                    )
                }
            )
            let isWithin = try await benchmark.run()
            await store.close()
            if !isWithin { throw ExitCode(ExitStatus.refused) }
        }
    }
}
