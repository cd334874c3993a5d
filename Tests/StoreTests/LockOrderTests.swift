import Foundation
import Postgres
import Store
import TallymanTesting
import Testing

@Suite(
    "What takes the same rows in the same order",
    .tags(.integration),
    .enabled(if: TestDatabase.isWanted, TestDatabase.hint)
)
struct LockOrderTests {
    @Test("A layer that is merged while a plan has it waits for the plan, and holds nothing that the plan takes next")
    func mergeBesidePlan() async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let task = try #require(try await store.queued(.layer).first)
            let claim = try await store.claimed(task)
            let layer = try SampleFleet.analysedLayer()
            let merging = try await store.pool.transaction(attempts: 1) { session in
                _ = try session.execute("UPDATE layers SET repository_id = repository_id")
                let merging = Task { try await store.merge(layer, of: claim) }
                let end = Date(timeIntervalSinceNow: 20)
                var waits = false
                while !waits, Date() < end {
                    usleep(10_000)
                    let waiting = try session.execute(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                        """
                    )
                    waits = try waiting.first?.int(0) ?? 0 > 0
                }
                #expect(waits)
                _ = try session.execute("SET LOCAL lock_timeout = '300ms'")
                _ = try session.execute("UPDATE tasks SET priority = priority")
                return merging
            }
            try await merging.value
            #expect(try await store.taskState(claim.task) == "done")
        }
    }
}
