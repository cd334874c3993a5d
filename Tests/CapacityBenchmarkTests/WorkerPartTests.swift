import CapacityBenchmark
import Testing

@Suite("What a worker's CPU goes into")
struct WorkerPartTests {
    private func split(_ total: Double, threads: [String: Double], costs: [String: Double]) -> [WorkerPart: Double] {
        WorkerPart.split(total, threads: threads, costs: costs, analysis: "analysis", fold: "fold")
    }

    @Test("Inflating is what the analysis took beside the analyzers, and folds take nothing of it")
    func inflating() {
        let parts = split(
            20,
            threads: ["nio": 1, "analysis": 8, "fold": 5, "postgres": 2, "redis": 0.5],
            costs: ["dpkg": 1, "npm": 0.5, "merge": 0.5, "inventory": 4.75]
        )
        #expect(
            parts == [
                .fetch: 1, .inflateAndDigest: 6, .analyze: 1.5, .inventory: 5, .merge: 2.5, .queue: 0.5, .other: 3.5,
            ]
        )
    }

    @Test("The parts are the whole, and none is below nothing, also where clocks disagree")
    func whole() {
        let parts = split(9, threads: ["analysis": 1, "fold": 2], costs: ["dpkg": 1.25])
        #expect(parts[.inflateAndDigest] == 0)
        #expect(parts.values.reduce(0, +) == 9)
        #expect(split(1, threads: ["fold": 2], costs: [:])[.other] == 0)
    }
}
