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
            #expect(
                try await store.texts("SELECT type FROM events WHERE resource_id = '\(run.id)'")
                    == ["system.fleet.run.cancelled"]
            )

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
