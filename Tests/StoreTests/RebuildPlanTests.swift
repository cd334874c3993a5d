import Reports
import Store
import Testing
import VEX

@Suite("The rebuild plan of a fleet", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct RebuildPlanTests {
    @Test("counts what the base brought in every image on it: what has a fix and is not suppressed")
    func plan() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([
                try SampleFleet.image("base", "1", layers: ["a"]),
                try SampleFleet.image("app", "1", layers: ["a", "b"]),
                try SampleFleet.image("other", "1", layers: ["c"]),
            ])
            try await store.work(on: run, packages: [("curl", "7.0"), ("zlib", "1.0")])
            _ = try await store.importing(
                SampleFeed.debian([("curl", "CVE-2024-0001", "8.0"), ("zlib", "CVE-2024-0002", nil)])
            )
            _ = try await store.rematch()
            func lines() async throws -> [String] {
                try await store.rebuildPlan(run: run.id, asOf: "2026-01-01", limit: 5).steps
                    .map { "\($0.base) \($0.images) \($0.findings.total)" }
            }
            #expect(try await lines() == ["registry.test/base:1 2 2", "registry.test/other:1 1 1"])
            _ = try await store.add([
                try FindingException(id: "CVE-2024-0001", reason: "r", images: ["registry.test/app**"], source: "test")
            ])
            #expect(
                Set(try await lines()) == ["registry.test/base:1 2 1", "registry.test/other:1 1 1"],
                "what is suppressed in one image counts in the others"
            )
            let plan = try await store.rebuildPlan(run: run.id, asOf: "2026-01-01", limit: 1)
            #expect(plan.fixable == 2 && plan.rebuilds == 2 && plan.images == 3)
        }
    }
}
