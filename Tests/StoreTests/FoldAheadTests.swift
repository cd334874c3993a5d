import Postgres
import ScanModel
import Testing

@testable import Store

@Suite(
    "Images that are folded while a run is still being listed",
    .tags(.integration),
    .enabled(if: TestDatabase.isWanted, TestDatabase.hint)
)
struct FoldAheadTests {
    private static let packages = [(name: "hello", version: "1.0")]

    private func begin(_ images: [FoundImage], _ store: Store) async throws -> Run {
        let run = try await store.beginListing(
            try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
        )
        try await store.add(images, to: run)
        return run
    }

    /// Analyses what the listing has found so far; returns how many folds were begun.
    private func foldAhead(_ run: Run, _ store: Store) async throws -> Int {
        _ = try await store.planAhead(run, analysisVersion: "1", shards: 4)
        for task in try await store.queued(.layer) {
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
        }
        return try await store.foldAhead(run, analysisVersion: "1", shards: 4)
    }

    private func foldQueued(_ store: Store) async throws {
        for task in try await store.queued(.inventory) {
            try await store.merge(SampleFleet.inventory(Self.packages), of: try await store.claimed(task))
        }
    }

    private func states(_ run: Run, _ store: Store) async throws -> [String] {
        try await store.images(run: run.id).map { "\($0.image.split(separator: "/").last ?? "") \($0.state)" }
    }

    @Test("are done once and end as analysed with the plan, and those that an earlier run folded as reused")
    func analysed() async throws {
        try await TestDatabase.with { store in
            let old = try SampleFleet.image("old", "1", layers: ["a", "z"])
            let earlier = try await store.plan([old])
            try await store.work(on: earlier)
            try await store.finish(run: earlier.id, state: .done, reason: nil, workers: 1)

            let twins = [
                try SampleFleet.image("app", "1", layers: ["a", "b"]),
                try SampleFleet.image("twin", "1", layers: ["a", "b"]),
            ]
            let run = try await begin([old] + twins, store)
            #expect(try await foldAhead(run, store) == 1, "one manifest")
            #expect(try await foldAhead(run, store) == 0, "it is in the queue")
            let task = try #require(try await store.queued(.inventory).first)
            let claim = try await store.claimed(task)
            #expect(try await store.subject(of: claim).runs == [run.id])
            #expect(try await store.status(run: run.id).folded == 0)
            try await store.merge(SampleFleet.inventory(Self.packages), of: claim)
            let early = try await store.status(run: run.id)
            #expect(early.folded == 2 && early.pending == 3 && early.byState == ["pending": 3])
            let reason = try await store.waitingImages(run: run.id, limit: 1).first?.reason
            #expect(reason?.hasPrefix("the run is still being listed") == true)

            try await store.add([try SampleFleet.image("late", "1", layers: ["c"])], to: run)
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            let planned = ["app:1 analysed", "late:1 pending", "old:1 reused", "twin:1 analysed"]
            #expect(try await states(run, store) == planned)
            try await store.work(on: run)
            #expect(try await store.status(run: run.id).byState == ["analysed": 3, "reused": 1])
            #expect(try await store.status(run: run.id).folded == 0)
            #expect(try await store.scalar("SELECT sum(attempt) FROM tasks WHERE kind = 'inventory'") == 3)
        }
    }

    @Test("end as analysed also where another coordinator lists their run anew")
    func listedAnew() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let run = try await begin([image], store)
            #expect(try await foldAhead(run, store) == 1)
            try await foldQueued(store)
            let anew = try await store.list(run.id, [image])
            #expect(try await states(anew, store) == ["app:1 analysed"])
        }
    }

    @Test("wait for their layers, also for one that was set aside, which the plan may try again")
    func layers() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("app", "1", layers: ["a", "b"])], store)
            _ = try await store.planAhead(run, analysisVersion: "1", shards: 4)
            let tasks = try await store.queued(.layer)
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(tasks[0]))
            #expect(try await store.foldAhead(run, analysisVersion: "1", shards: 4) == 0)
            try await store.fail(try await store.claimed(tasks[1]), reason: "no layer", isPermanent: true)
            #expect(try await store.foldAhead(run, analysisVersion: "1", shards: 4) == 0)
            #expect(try await states(run, store) == ["app:1 pending"])
        }
    }

    @Test("are folded again where what is collected of files has changed meanwhile")
    func otherVersion() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("app", "1", layers: ["a"])], store)
            #expect(try await foldAhead(run, store) == 1)
            try await foldQueued(store)
            try await store.plan(run, listed: [], analysisVersion: "2", shards: 4)
            #expect(try await states(run, store) == ["app:1 pending"])
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            #expect(try await store.settle(run: run, analysisVersion: "2", shards: 4) == 1)
            try await foldQueued(store)
            #expect(try await store.settle(run: run, analysisVersion: "2", shards: 4) == 0)
            #expect(try await states(run, store) == ["app:1 analysed"])
        }
    }

    @Test("wait for nobody who plans their run, and leave the queue with it where it is cancelled")
    func planned() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("app", "1", layers: ["a"])], store)
            _ = try await store.planAhead(run, analysisVersion: "1", shards: 4)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            // As a plan holds it, and a batch of images beside it.
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR UPDATE", store) { impatient in
                let begun = try await impatient.foldAhead(run, analysisVersion: "1", shards: 4)
                #expect(begun == 0)
            }
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR KEY SHARE", store) { impatient in
                let begun = try await impatient.foldAhead(run, analysisVersion: "1", shards: 4)
                #expect(begun == 1)
            }
            #expect(try await store.cancel(run: run.id) == .cancelled(tasks: 1, images: 1))
            #expect(try await store.queued(.inventory).isEmpty)
            #expect(try await store.foldAhead(run, analysisVersion: "1", shards: 4) == 0)
        }
    }

    /// In a fleet of 130,000 images, joins that the planner misjudged took ten minutes, with the run's row locked.
    @Test("have their layers and folds looked up one image after the other, whatever the planner thinks of the fleet")
    func lookedUp() async throws {
        try await TestDatabase.with { store in
            let layers = try await plan(of: Store.inventoryTasks, [.int(1), .text("1"), .int(4), .int(1)], store)
            #expect(
                layers.contains { $0.contains("Filter: (NOT") && $0.contains("SubPlan") },
                "\(layers.joined(separator: "\n"))"
            )
            let folds = try await plan(of: Store.foldedAndReused, [.int(1), .text("1")], store)
            #expect(folds.contains { $0.contains("SubPlan") }, "\(folds.joined(separator: "\n"))")
        }
    }

    private func plan(of sql: String, _ values: [PostgresValue], _ store: Store) async throws -> [String] {
        try await store.pool.run { session in
            try session.execute("EXPLAIN \(sql)", values).map { try $0.string(0) }
        }
    }
}
