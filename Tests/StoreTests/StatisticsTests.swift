import Store
import Testing

@Suite("What the database knows of a run", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct StatisticsTests {
    @Test("It looks at what a run of so many images brought, and the connection's bound for statements stays")
    func bound() async throws {
        try await TestDatabase.with { store in
            let images = try (1...2).map { try SampleFleet.image("app", "\($0)", layers: ["a", "b\($0)"]) }
            let run = try await store.plan(images)
            let bound = try await store.texts("SHOW statement_timeout")
            let known = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'run_layers'::regclass"
            #expect(try await store.refreshStatistics(run: run.id, from: 3) == false)
            #expect(try await store.scalar(known) == -1)
            #expect(try await store.refreshStatistics(run: run.id, from: 2))
            #expect(try await store.scalar(known) == 3)
            #expect(try await store.texts("SHOW statement_timeout") == bound)
        }
    }
}
