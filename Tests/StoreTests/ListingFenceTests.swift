import Dispatch
import Postgres
import ScanModel
import Store
import Testing

@Suite(
    "Of two listings of a run the one begun last counts",
    .tags(.integration),
    .enabled(if: TestDatabase.isWanted, TestDatabase.hint)
)
struct ListingFenceTests {
    private static func request(_ store: Store) async throws -> Run {
        let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
        return try #require(try await store.run(id))
    }

    @Test("and what the one before it still adds, plans, notes or fails changes nothing")
    func earlierListing() async throws {
        try await TestDatabase.with { store in
            let kept = try SampleFleet.image("app", "1", layers: ["a"])
            let stale = try SampleFleet.image("app", "2", layers: ["b"])
            let requested = try await Self.request(store)
            let first = try await store.beginListing(requested)
            try await store.add([stale], to: first)
            let second = try await store.beginListing(first)
            try await store.add([kept], to: second)
            let before = try await store.contents("runs", "run_images", "run_problems", "run_layers", "tags", "tasks")

            // Whoever read the run before the last listing begins none.
            for earlier in [requested, first] {
                let begun = await #expect(throws: StoreError.self) { try await store.beginListing(earlier) }
                #expect(begun?.code == .superseded)
            }
            let added = await #expect(throws: StoreError.self) { try await store.add([stale], to: first) }
            #expect(added?.code == .superseded)
            let planned = await #expect(throws: StoreError.self) {
                try await store.plan(first, listed: [], analysisVersion: "1", shards: 4)
            }
            #expect(planned?.code == .superseded)
            try await store.addProblem(run: first, target: SampleFleet.host, reason: "503")
            let hasEnded = try await store.finish(
                run: first.id,
                state: .failed,
                reason: "late",
                workers: 0,
                listing: first.listings
            )
            #expect(!hasEnded)
            #expect(
                try await store.contents("runs", "run_images", "run_problems", "run_layers", "tags", "tasks") == before
            )

            try await store.plan(second, listed: [], analysisVersion: "1", shards: 4)
            #expect(try await store.images(run: second.id).map(\.image) == ["\(SampleFleet.host)/app:1"])
            #expect(try await store.scalar("SELECT count(*) FROM tags") == 1)
        }
    }

    @Test("and begins when the batches under way of the one before are there, to be cleared away")
    func batchUnderWay() async throws {
        try await TestDatabase.with { store in
            let run = try await store.beginListing(try await Self.request(store))
            // As a batch of images holds it.
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR KEY SHARE", store) { impatient in
                await #expect(throws: (any Error).self) { try await impatient.beginListing(run) }
            }
            #expect(try await store.scalar("SELECT listings FROM runs") == 1)
        }
    }

    @Test(
        "also where the one before was about to plan the run, or to fail it, and waited",
        arguments: [true, false]
    )
    func waitingPlan(isFailing: Bool) async throws {
        try await TestDatabase.with { store in
            let run = try await store.beginListing(try await Self.request(store))
            try await store.add([try SampleFleet.image("app", "1", layers: ["a"])], to: run)
            let (locked, lock) = AsyncStream<Void>.makeStream()
            let end = DispatchSemaphore(value: 0)
            defer { end.signal() }
            // The transaction has a thread of its own, which may wait.
            async let other: Void = store.pool.transaction { session in
                defer { lock.finish() }
                _ = try session.execute("UPDATE runs SET listings = listings + 1")
                _ = try session.execute("SELECT FROM runs FOR UPDATE")
                lock.yield()
                _ = end.wait(timeout: .now() + 100)
            }
            for await _ in locked { break }
            async let late = Self.endListing(run, isFailing: isFailing, store)
            for _ in 0..<3_000 {
                let waiting = try await store.scalar(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                )
                guard waiting == 0 else { break }
                try await Task.sleep(for: .milliseconds(10))
            }
            end.signal()
            try await other
            let hasEnded = try await late
            #expect(!hasEnded)
            #expect(try await store.run(run.id)?.state == .listing)
            #expect(try await store.scalar("SELECT count(*) FROM tags") == 0)
        }
    }

    /// Whether the listing could still plan or fail its run.
    private static func endListing(_ run: Run, isFailing: Bool, _ store: Store) async throws -> Bool {
        if isFailing {
            return try await store.finish(
                run: run.id,
                state: .failed,
                reason: "late",
                workers: 0,
                listing: run.listings
            )
        }
        do {
            try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            return true
        } catch let error as StoreError where error.code == .superseded {
            return false
        }
    }
}
