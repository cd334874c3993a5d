import ScanModel
import Store
import Testing

@Suite(
    "Layers that are begun while a run is still being listed",
    .tags(.integration),
    .enabled(if: TestDatabase.isWanted, TestDatabase.hint)
)
struct PlanAheadTests {
    private func begin(_ images: [FoundImage], _ store: Store) async throws -> Run {
        let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
        try await store.beginListing(id)
        let run = try #require(try await store.run(id))
        try await store.add(images, to: run)
        return run
    }

    private func planAhead(_ run: Run, version: String = "1", _ store: Store) async throws -> Int {
        try await store.planAhead(run, analysisVersion: version, shards: 4)
    }

    private func analyseQueued(_ store: Store) async throws {
        for task in try await store.queued(.layer) {
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
        }
    }

    private func counts(_ run: Run, _ store: Store) async throws -> [Int] {
        let status = try await store.status(run: run.id)
        return [status.layersDistinct, status.layersAnalysed, status.layersReused, status.layersFailed]
    }

    @Test("count as analysed by the run, and are done once")
    func analysed() async throws {
        try await TestDatabase.with { store in
            let first = try SampleFleet.image("app", "1", layers: ["a", "b"])
            let second = try SampleFleet.image("app", "2", layers: ["a", "c"])
            let run = try await begin([first], store)
            #expect(try await planAhead(run, store) == 2)
            #expect(try await planAhead(run, store) == 0, "nothing was found since")
            try await analyseQueued(store)
            #expect(try await counts(run, store) == [2, 2, 0, 0])
            try await store.add([second], to: run)
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            #expect(try await store.queued(.layer).count == 1)
            try await store.work(on: run)
            #expect(try await counts(run, store) == [3, 3, 0, 0])
            #expect(try await store.images(run: run.id).map(\.state) == ["analysed", "analysed"])
            #expect(try await store.scalar("SELECT sum(attempt) FROM tasks WHERE kind = 'layer'") == 3)
            #expect(try await planAhead(run, store) == 0, "it is planned")
        }
    }

    @Test("tell what their sharing avoids, and nothing of those that are not planned yet")
    func avoidedBytes() async throws {
        try await TestDatabase.with { store in
            let images = [
                try SampleFleet.image("app", "1", layers: ["a", "b"]), try SampleFleet.image("app", "2", layers: ["a"]),
            ]
            let run = try await begin(images, store)
            #expect(try await store.status(run: run.id).bytesAvoided == 0)
            #expect(try await planAhead(run, store) == 2)
            #expect(try await store.status(run: run.id).bytesAvoided == 100)
            try await store.add([try SampleFleet.image("web", "1", layers: ["a", "c"])], to: run)
            // Of the new image's layers only the one is known to be shared.
            #expect(try await store.status(run: run.id).bytesAvoided == 200)
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            let status = try await store.status(run: run.id)
            #expect(status.bytesPlanned == 300 && status.bytesAvoided == 200)
        }
    }

    @Test("stay the run's own where another coordinator lists it anew, and go where it does not find them again")
    func listedAnew() async throws {
        try await TestDatabase.with { store in
            let kept = try SampleFleet.image("app", "1", layers: ["a"])
            let run = try await begin([kept, try SampleFleet.image("app", "2", layers: ["b"])], store)
            #expect(try await planAhead(run, store) == 2)
            try await analyseQueued(store)
            try await store.beginListing(run.id)
            #expect(try await planAhead(run, store) == 0)
            let planned = try await store.list(run.id, [kept])
            #expect(try await counts(planned, store) == [1, 1, 0, 0])
            try await store.work(on: planned)
            #expect(try await store.images(run: run.id).map(\.state) == ["analysed"])
        }
    }

    @Test("are not tried anew by their own run where they were set aside, but by the next")
    func failed() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let run = try await begin([image], store)
            #expect(try await planAhead(run, store) == 1)
            let task = try #require(try await store.queued(.layer).first)
            try await store.fail(try await store.claimed(task), reason: "no layer", isPermanent: true)
            #expect(try await planAhead(run, store) == 0)
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            #expect(try await store.queued(.layer).isEmpty)
            #expect(try await store.settle(run) == 0)
            #expect(try await counts(run, store) == [1, 0, 0, 1])
            _ = try await store.plan([image])
            #expect(try await store.queued(.layer) == [task])
        }
    }

    @Test("have another chance with the plan where more than one repository holds them, but for what workers died of")
    func otherPlace() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("bad", "1", layers: ["a", "b"])], store)
            #expect(try await planAhead(run, store) == 2)
            let tasks = try await store.queued(.layer)
            for task in tasks {
                try await store.fail(try await store.claimed(task), reason: "no layer", isPermanent: true)
            }
            let last = try #require(tasks.last)
            try await store.execute("UPDATE tasks SET crashes = 1 WHERE id = \(last)")
            try await store.add([try SampleFleet.image("good", "1", layers: ["a", "b"])], to: run)
            #expect(try await planAhead(run, store) == 0)
            #expect(try await store.queued(.layer).isEmpty, "more may be found")
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            #expect(try await store.queued(.layer) == Array(tasks.prefix(1)))
        }
    }

    @Test("are planned anew where what is collected of files has changed meanwhile")
    func otherVersion() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a", "b"])
            let run = try await begin([image], store)
            #expect(try await planAhead(run, store) == 2)
            let task = try #require(try await store.queued(.layer).first)
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            try await store.plan(run, listed: [], analysisVersion: "2", shards: 4)
            let tasks = "SELECT analysis_version || ' ' || state FROM tasks WHERE kind = 'layer'"
            #expect(try await store.texts(tasks) == ["2 queued", "2 queued"])
            #expect(try await counts(run, store) == [2, 0, 0, 0])
        }
    }

    @Test("wait for nobody who plans their run")
    func planned() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("app", "1", layers: ["a"])], store)
            // As a plan holds it, and a batch of images beside it.
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR UPDATE", store) { impatient in
                let begun = try await planAhead(run, impatient)
                #expect(begun == 0)
            }
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR KEY SHARE", store) { impatient in
                let begun = try await planAhead(run, impatient)
                #expect(begun == 1)
            }
        }
    }

    @Test("leave the queue with their run, but not with another that is cancelled")
    func cancelled() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let other = try await store.plan([image])
            let run = try await begin([image, try SampleFleet.image("app", "2", layers: ["b"])], store)
            #expect(try await planAhead(run, store) == 2)
            #expect(try await store.cancel(run: other.id) == .cancelled(tasks: 0, images: 1))
            #expect(try await store.queued(.layer).count == 2)
            #expect(try await store.cancel(run: run.id) == .cancelled(tasks: 2, images: 2))
            #expect(try await store.queued(.layer).isEmpty)
            #expect(try await planAhead(run, store) == 0)
        }
    }

    @Test("are what an image is said to wait for")
    func waiting() async throws {
        try await TestDatabase.with { store in
            let run = try await begin([try SampleFleet.image("app", "1", layers: ["a"])], store)
            func reason() async throws -> String? {
                try await store.waitingImages(run: run.id, limit: 1).first?.reason
            }
            #expect(try await reason()?.hasPrefix("the run is still being listed") == true)
            #expect(try await planAhead(run, store) == 1)
            #expect(try await reason()?.contains("is queued since") == true)
            let claim = try await store.claimed(try #require(try await store.queued(.layer).first))
            #expect(try await store.subject(of: claim).runs == [run.id])
            try await store.merge(try SampleFleet.analysedLayer(), of: claim)
            #expect(try await reason()?.hasPrefix("the run is still being listed") == true)
        }
    }
}
