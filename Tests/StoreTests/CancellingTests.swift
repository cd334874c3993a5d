import AnchoreAPI
import Foundation
import Postgres
import ScanModel
import Testing

@testable import Store

@Suite("Cancelling a run", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct CancellingTests {
    private func task(of layer: String, _ store: Store) async throws -> Int {
        let digest = try SampleFleet.digest(layer)
        let found = try await store.scalar(
            """
            SELECT tasks.id FROM tasks JOIN layers ON layers.id = subject_id
            WHERE kind = 'layer' AND digest = '\(digest)'
            """
        )
        return try #require(found)
    }

    @Test("takes back the tasks that no other run waits for; what is in hand is kept, and later runs build on it")
    func tasks() async throws {
        try await TestDatabase.with { store in
            let images = [
                try SampleFleet.image("app", "1", layers: ["a", "b"]), try SampleFleet.image("web", "1", layers: ["c"]),
            ]
            let run = try await store.plan(images)
            let other = try await store.plan([try SampleFleet.image("other", "1", layers: ["a", "d"])])
            let own = try await task(of: "b", store)
            let shared = [try await task(of: "a", store), try await task(of: "d", store)].sorted()
            let held = try await store.claimed(try await task(of: "c", store))

            #expect(try await store.cancel(run: run.id) == .cancelled(tasks: 1, images: 2))
            #expect(try await store.queued(.layer) == shared)
            let late = try await store.claim(task: own, worker: "w", analysisVersion: "1", leaseSeconds: 9)
            #expect(late?.attempt == nil, "an entry in Redis that is left of it")
            try await store.merge(try SampleFleet.analysedLayer(), of: held)
            let ended = try await store.images(run: run.id)
            #expect(ended.map(\.state) == ["failed", "failed"])
            #expect(Set(ended.map(\.reason)) == ["the run was cancelled"])
            #expect(try await store.openRuns().map(\.id) == [other.id])

            let before = try await store.contents("runs", "run_images", "tasks")
            #expect(try await store.cancel(run: run.id) == .already)
            let isEnded = try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            #expect(!isEnded)
            #expect(try await store.contents("runs", "run_images", "tasks") == before)

            try await store.work(on: other)
            #expect(try await store.images(run: other.id).map(\.state) == ["analysed"])
            let next = try await store.plan(images)
            let again = try await task(of: "b", store)
            #expect(try await store.queued(.layer) == [again])
            try await store.work(on: next)
            #expect(try await store.images(run: next.id).map(\.state) == ["analysed", "analysed"])
            let status = try await store.status(run: run.id)
            #expect(status.run.state == .cancelled && status.pending == 0)
            #expect(status.layersAnalysed == 0, "what came after its end is another run's")
        }
    }

    @Test("is told of once, when what it analysed before is matched, whoever led when it was cancelled")
    func told() async throws {
        try await TestDatabase.with { store in
            try await store.hear("all")
            for name in ["app", "web"] { try await store.subscribe("registry.test/\(name):1", [.analysisUpdate]) }
            let run = try await store.plan([
                try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("web", "1", layers: ["b"]),
            ])
            let layer = try await store.claimed(try await task(of: "a", store))
            try await store.merge(try SampleFleet.analysedLayer(), of: layer)
            _ = try await store.settle(run)
            let fold = try await store.claimed(try #require(try await store.queued(.inventory).first))
            try await store.merge(SampleFleet.inventory([("hello", "1.0")]), of: fold)
            #expect(try await store.settle(run) == 1)

            #expect(try await store.cancel(run: run.id) == .cancelled(tasks: 1, images: 1))
            #expect(try await store.scalar("SELECT count(*) FROM image_analyses") == 0, "nothing of it is matched")
            #expect(try await store.told().isEmpty)
            let owed = try #require(try await store.cancelledRuns().first)
            #expect(owed.id == run.id && !owed.isTold)
            #expect(try await store.rematch().packages == 1)
            // Two coordinators: the second has lost the lead, and does not know it yet.
            #expect(try await store.tell(cancelled: run.id))
            #expect(try await store.tell(cancelled: run.id) == false)
            #expect(try await store.cancelledRuns().isEmpty)
            #expect(try await store.scalar("SELECT count(*) FROM image_analyses") == 1)
            #expect(try await store.told().map(\.subject) == ["registry.test/app:1"])
            #expect(
                try await store.texts("SELECT type FROM events WHERE resource_id = '\(run.id)'")
                    == ["system.fleet.run.cancelled"]
            )
        }
    }

    @Test("is cleared by the coordinator where whoever cancelled it did not come to that")
    func unclear() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.execute(
                "UPDATE runs SET state = 'cancelled', finished_at = now(), is_told = false, in_hand = NULL"
            )
            #expect(try await store.cancelledRuns().isEmpty, "it may be at it")
            try await store.execute("UPDATE runs SET finished_at = now() - interval '1 minute'")
            #expect(try await store.cancelledRuns().map(\.id) == [run.id])
            #expect(try await store.tell(cancelled: run.id) == false, "its images have no outcome yet")
            let cleared = try await store.clear(cancelled: run.id)
            #expect(cleared.tasks == 1 && cleared.images == 1 && cleared.isClear)
            let again = try await store.clear(cancelled: run.id)
            #expect(again.tasks == 0 && again.images == 0 && again.isClear)
            #expect(try await store.tell(cancelled: run.id))
            #expect(try await store.images(run: run.id).map(\.state) == ["failed"])
        }
    }

    @Test("has what workers give back taken out of the queue, unless another run waits for it")
    func givenBack() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([
                try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("web", "1", layers: ["b"]),
                try SampleFleet.image("db", "1", layers: ["c"]),
            ])
            let held = [
                try await store.claimed(try await task(of: "a", store)),
                try await store.claimed(try await task(of: "b", store)),
                try await store.claimed(try await task(of: "c", store)),
            ]
            #expect(try await store.cancel(run: run.id) == .cancelled(tasks: 0, images: 3))
            _ = try await store.rematch()
            #expect(try await store.tell(cancelled: run.id))
            #expect(try await store.clear(cancelled: run.id).isClear == false)
            try await store.postpone(held[0], for: 600)
            try await store.release(held[1])
            let other = try await store.plan([try SampleFleet.image("other", "1", layers: ["b"])])
            let first = try await store.clear(cancelled: run.id)
            #expect(first.tasks == 1 && !first.isClear)
            #expect(try await store.cancelledRuns().map(\.isTold) == [true])
            try await store.merge(try SampleFleet.analysedLayer(), of: held[2])
            let last = try await store.clear(cancelled: run.id)
            #expect(last.tasks == 0 && last.isClear)
            // What has come in is still to be matched, by whoever leads then.
            #expect(try await store.cancelledRuns().map(\.isTold) == [true])
            _ = try await store.rematch()
            try await store.release(cancelled: run.id)
            #expect(try await store.cancelledRuns().isEmpty)
            #expect(try await store.queued(.layer) == [held[1].task])
            try await store.work(on: other)
            #expect(try await store.images(run: other.id).map(\.state) == ["analysed"])
        }
    }

    @Test("is neither settled nor planned for another version any more")
    func overtaken() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            // A pass has the run in hand: it is cancelled, and cleared when the pass has ended.
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR KEY SHARE", store) { impatient in
                await #expect(throws: (any Error).self) { try await impatient.cancel(run: run.id) }
            }
            #expect(try await store.run(run.id)?.state == .cancelled)
            try await store.adopt(run, analysisVersion: "2", shards: 4)
            #expect(try await store.settle(run: run, analysisVersion: "2", shards: 4) == nil)
            let cleared = try await store.clear(cancelled: run.id)
            #expect(cleared.tasks == 1 && cleared.isClear)
            #expect(try await store.scalar("SELECT count(*) FROM tasks") == 0)
        }
    }

    @Test("takes nothing from an account that has asked for an image which the run had in hand")
    func askedFor() async throws {
        try await TestDatabase.with { store in
            func add(_ image: FoundImage) async throws -> Int {
                try await store.addImage(
                    image,
                    to: "admin",
                    dockerfile: nil,
                    annotations: nil,
                    subscriptions: [],
                    analysisVersion: SampleFleet.analysisVersion,
                    shards: 4
                )
            }
            func end(_ run: Run) async throws {
                try await store.work(on: run)
                _ = try await store.rematch()
                try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            }
            let image = try SampleFleet.image("app", "1", layers: ["b"])
            _ = try await add(try SampleFleet.image("app", "1", layers: ["a"]))
            try await end(try #require(try await store.openRuns().first))
            // The tag is in the account's list by now: that the run over the fleet moves it makes no run for the account.
            let fleet = try await store.plan([image])
            let number = try await add(image)
            #expect(try await add(image) == number)
            let own = try #require(try await store.openRuns().last)
            #expect(try await store.openRuns().map(\.id) == [fleet.id, own.id], "asked twice, there is one")

            #expect(try await store.cancel(run: fleet.id) == .cancelled(tasks: 0, images: 1))
            let later = try await store.plan([image])
            #expect(try await store.cancel(run: later.id) == .cancelled(tasks: 0, images: 1))
            let scope = AccountScope(account: "admin", seesFleet: true)
            func status() async throws -> AnalysisStatus? {
                try await store.images(.numbers([number]), in: scope).first?.record.status
            }
            #expect(try await status() == .notAnalyzed)
            try await end(own)
            #expect(try await status() == .analyzed)
            let told = try await store.texts(
                "SELECT details FROM events WHERE type = '\(EventType.analysisCompleted.name)' ORDER BY created_at"
            )
            let digest = try SampleFleet.digest("m-b").description
            #expect(told.count == 2 && told.last?.contains(digest) == true)
            #expect(try await add(image) == number)
            #expect(try await store.openRuns().isEmpty)
        }
    }

    @Test("leaves alone a task that the plan of another run, still under way, counts on")
    func planUnderWay() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let run = try await store.plan([image])
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            try await store.beginListing(id)
            let next = try #require(try await store.run(id))
            try await store.add([image], to: next)
            let (planned, plan) = AsyncStream<Void>.makeStream()
            let end = DispatchSemaphore(value: 0)
            defer { end.signal() }
            // The transaction has a thread of its own, which may wait.
            async let planning: Void = store.pool.transaction { session in
                defer { plan.finish() }
                try Store.plan(
                    next,
                    listed: [],
                    analysisVersion: SampleFleet.analysisVersion,
                    shards: 4,
                    session
                )
                plan.yield()
                end.wait()
            }
            for await _ in planned { break }
            async let cancelling = store.cancel(run: run.id)
            let waiting = """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE OF tasks%'
                """
            for _ in 0..<3_000 {
                let count = try await store.scalar(waiting)
                guard count == 0 else { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            end.signal()
            try await planning
            let outcome = try await cancelling
            #expect(outcome == .cancelled(tasks: 0, images: 1))
            #expect(try await store.queued(.layer).count == 1)
            try await store.work(on: next)
            #expect(try await store.images(run: id).map(\.state) == ["analysed"])
        }
    }

    @Test("ends a run that nobody has taken up, or that is being listed: nothing more is added to it or planned")
    func early() async throws {
        try await TestDatabase.with { store in
            let requested = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            #expect(try await store.cancel(run: requested) == .cancelled(tasks: 0, images: 0))
            let begun = await #expect(throws: StoreError.self) { try await store.beginListing(requested) }
            #expect(begun?.code == .superseded)

            let images = [
                try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("app", "2", layers: ["b"]),
            ]
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            try await store.beginListing(id)
            let listed = try #require(try await store.run(id))
            try await store.add([images[0]], to: listed)
            #expect(try await store.cancel(run: id) == .cancelled(tasks: 0, images: 1))
            let added = await #expect(throws: StoreError.self) { try await store.add([images[1]], to: listed) }
            #expect(added?.code == .superseded)
            let planned = await #expect(throws: StoreError.self) {
                try await store.plan(listed, listed: [], analysisVersion: "1", shards: 4)
            }
            #expect(planned?.code == .superseded)
            #expect(try await store.queued(.layer).isEmpty)
            #expect(try await store.images(run: id).map(\.state) == ["failed"])
            #expect(try await store.scalar("SELECT count(*) FROM tags") == 0)
        }
    }

    @Test("and its plan, at the same time, leave nothing in the queue")
    func planAtOnce() async throws {
        try await TestDatabase.with { store in
            for round in 0..<10 {
                let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
                try await store.beginListing(id)
                let run = try #require(try await store.run(id))
                let images = try (0..<4).map { try SampleFleet.image("app", "\($0)", layers: ["\(round)-\($0)"]) }
                try await store.add(images, to: run)
                async let outcome = store.cancel(run: id)
                do {
                    try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
                } catch let error as StoreError {
                    #expect(error.code == .superseded)
                }
                guard case .cancelled(tasks: _, images: 4) = try await outcome else {
                    Issue.record("round \(round) was not cancelled")
                    continue
                }
                #expect(try await store.queued(.layer).isEmpty)
                #expect(try await store.texts("SELECT DISTINCT state FROM run_images") == ["failed"])
            }
        }
    }

    @Test("is refused for a run that has ended or is not there, and counts for no report")
    func others() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            var done: [Int] = []
            for _ in 0..<2 {
                let run = try await store.plan([image])
                try await store.work(on: run)
                try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
                done.append(run.id)
            }
            let cancelled = try await store.plan([try SampleFleet.image("app", "1", layers: ["b"])])
            #expect(try await store.cancel(run: cancelled.id) == .cancelled(tasks: 1, images: 1))
            #expect(try await store.cancel(run: done[0]) == .ended(.done))
            let missing = await #expect(throws: StoreError.self) { try await store.cancel(run: 9_999) }
            #expect(missing?.code == .notFound)
            #expect(try await store.finishedRun(before: nil) == done[1])
            let settings = RetentionSettings(runDays: 10, imageDays: 20)
            let later = Date().addingTimeInterval(15 * 86_400)
            #expect(try await store.retain(settings, now: later)?.runs == 1)
            #expect(try await store.texts("SELECT state FROM runs") == ["done", "done"])
        }
    }
}
