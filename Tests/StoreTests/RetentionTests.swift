import Foundation
import Postgres
import Reports
import ScanModel
import Store
import Testing

@Suite("Retention", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct RetentionTests {
    private static let settings = RetentionSettings(runDays: 10, imageDays: 20)
    private static let past = [
        "runs", "tags", "manifests", "layers", "package_sets", "packages", "tasks", "resolutions",
    ]

    private func run(_ store: Store, _ layers: String..., tag: String = "1", package: String) async throws -> Run {
        let run = try await store.plan([try SampleFleet.image("app", tag, layers: layers)])
        try await store.work(on: run, packages: [(package, "1.0")])
        try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
        return run
    }

    private func retain(_ store: Store, inDays days: Int, _ settings: RetentionSettings = settings) async throws
        -> RetentionSummary?
    {
        try await store.retain(settings, now: Date().addingTimeInterval(Double(days) * 86_400))
    }

    @Test("What no tag and no kept run names goes, with its layers, sets and packages; what is young stays")
    func removal() async throws {
        try await TestDatabase.with { store in
            _ = try await run(store, "base", "old", package: "old")
            for _ in 0..<3 { _ = try await run(store, "base", "new", package: "new") }
            let bound = try await store.texts("SHOW statement_timeout")
            #expect(try await retain(store, inDays: 5)?.isEmpty == true)
            let young = try #require(try await retain(store, inDays: 15))
            #expect(young.runs == 2 && young.manifests == 0)
            let summary = try #require(try await retain(store, inDays: 25))
            #expect(summary == RetentionSummary(runs: 0, tags: 1, manifests: 1, layers: 1, sets: 1, packages: 1))
            #expect(try await store.texts("SELECT name FROM packages") == ["new"])
            #expect(try await store.scalar("SELECT count(*) FROM layers") == 2)
            #expect(try await store.scalar("SELECT count(*) FROM tasks") == 3)
            #expect(try await store.scalar("SELECT count(*) FROM resolutions") == 1)
            // It cleans up without the connection's bound for statements.
            #expect(try await store.texts("SHOW statement_timeout") == bound)
            #expect(try await retain(store, inDays: 1_000)?.isEmpty == true)
        }
    }

    @Test("Where no moment is given, days are counted by the database's clock, as its times are")
    func clock() async throws {
        try await TestDatabase.with { store in
            for _ in 0..<4 { _ = try await run(store, "a", package: "p") }
            #expect(try await store.retain(Self.settings)?.isEmpty == true)
            try await store.execute("UPDATE runs SET finished_at = finished_at - interval '11 days'")
            #expect(try await store.retain(Self.settings)?.runs == 2)
        }
    }

    @Test("Runs of subscriptions go after two days, and push out no run over the fleet")
    func watchRuns() async throws {
        try await TestDatabase.with { store in
            var runs: [Int] = []
            for _ in 0..<6 { runs.append(try await run(store, "a", package: "p").id) }
            try await store.execute("UPDATE runs SET origin = 'watch' WHERE id > \(runs[2])")
            #expect(try await retain(store, inDays: 1)?.runs == 0)
            #expect(try await retain(store, inDays: 3)?.runs == 2)
            #expect(try await retain(store, inDays: 1_000)?.runs == 1)
            let kept = try await store.texts("SELECT id::text FROM runs ORDER BY id")
            #expect(kept == [runs[1], runs[2], runs[5]].map(String.init))
        }
    }

    @Test("Events go when images do that no tag names")
    func events() async throws {
        try await TestDatabase.with { store in
            _ = try await store.createFirstAdmin(passwordHash: "none")
            try await store.execute("INSERT INTO accounts (name, kind, state) VALUES ('team', 'user', 'enabled')")
            try await store.execute(
                """
                INSERT INTO events (account, created_at, level, type, message, resource_type, resource_id, service, host)
                SELECT accounts.name, now() - make_interval(days => age), 'info', 'system.feeds.sync.completed', 'done',
                    'feeds', '', 'catalog', 'host'
                FROM accounts CROSS JOIN unnest(ARRAY[0, 10]) AS age WHERE accounts.name IN ('admin', 'team')
                """
            )
            _ = try await retain(store, inDays: 5)
            #expect(try await store.scalar("SELECT count(*) FROM events") == 4)
            _ = try await retain(store, inDays: 15)
            #expect(try await store.texts("SELECT account FROM events ORDER BY 1") == ["admin", "team"])
            _ = try await retain(store, inDays: 25)
            #expect(try await store.scalar("SELECT count(*) FROM events") == 0)
        }
    }

    @Test("The last good result of a tag stays, however old, while its newer image cannot be analysed")
    func lastGood() async throws {
        try await TestDatabase.with { store in
            _ = try await run(store, "good", package: "good")
            for _ in 0..<4 {
                let failing = try await store.plan([try SampleFleet.image("app", "1", layers: ["bad"])])
                let task = try #require(try await store.queued(.layer).first)
                try await store.fail(try await store.claimed(task), reason: "damaged", isPermanent: true)
                #expect(try await store.settle(failing) == 0)
                try await store.finish(run: failing.id, state: .done, reason: nil, workers: 1)
            }
            _ = try await retain(store, inDays: 1_000)
            #expect(try await store.scalar("SELECT count(*) FROM runs") == 2)
            #expect(try await store.texts("SELECT name FROM packages") == ["good"])
            let newest = try #require(try await store.finishedRun(before: nil))
            let shown = try await store.fleetReport(run: newest, since: nil)
            #expect(shown.images.map(\.packages) == [1] && shown.images.map(\.state) == [.failed])
            _ = try await run(store, "good again", package: "better")
            _ = try await run(store, "good again", package: "better")
            _ = try await retain(store, inDays: 1_000)
            #expect(try await store.texts("SELECT name FROM packages") == ["better"])
        }
    }

    @Test("Nothing is removed while a run is under way, nor a layer that waits for a worker")
    func busy() async throws {
        try await TestDatabase.with { store in
            for _ in 0..<2 { _ = try await run(store, "old", package: "old") }
            let open = try await store.plan([try SampleFleet.image("app", "1", layers: ["waiting"])])
            let before = try await contents(store)
            #expect(try await retain(store, inDays: 1_000) == nil)
            #expect(try await contents(store) == before)
            try await store.finish(run: open.id, state: .failed, reason: "stopped", workers: 0)
            try await store.execute("DELETE FROM tags WHERE valid_until IS NULL")
            _ = try await retain(store, inDays: 1_000)
            let task = try #require(try await store.queued(.layer).first)
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
        }
    }

    private func contents(_ store: Store) async throws -> [String] {
        var rows: [String] = []
        for table in Self.past { rows += try await store.contents(table) }
        return rows
    }
}
