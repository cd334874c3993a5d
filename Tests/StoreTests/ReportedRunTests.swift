import Foundation
import Reports
import Store
import Testing

@Suite("Which run a report is about", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct ReportedRunTests {
    private func run(_ store: Store, over targets: String...) async throws -> Int {
        let id = try await store.requestRun(targets: targets, platform: "", priority: 1)
        let run = try await store.list(id, [try SampleFleet.image("app", "1", layers: ["a"])])
        try await store.work(on: run)
        try await store.finish(run: id, state: .done, reason: nil, workers: 1)
        return id
    }

    @Test("A run of one image is not the fleet's report, nor what it is compared with, unless there is no other")
    func pipeline() async throws {
        try await TestDatabase.with { store in
            let trial = try await run(store, over: "registry.test/app:1")
            let second = try await run(store, over: "registry.test:5000/team/app@\(try SampleFleet.digest("m-a"))")
            #expect(try await store.finishedRun(before: nil) == second)
            #expect(try await store.finishedRun(before: second) == trial)
            let first = try await run(store, over: "registry.test:5000")
            _ = try await run(store, over: "registry.test/app:1", "registry.test/web:2")
            let night = try await run(store, over: "registry.test/app:1", "registry.test:5000/team/app")
            let pushed = try await run(store, over: "registry.test/app:1")
            #expect(try await store.finishedRun(before: nil) == night)
            #expect(try await store.finishedRun(before: night) == first)
            #expect(try await store.finishedRun(before: first) == nil)
            #expect(try await store.finishedRun(before: pushed) == night)
            let today = try await store.lastDay(of: pushed)
            #expect(try await store.finishedRun(before: pushed, byEndOf: today) == night)
            #expect(try await store.finishedRun(before: night, byEndOf: today) == first)
            #expect(try await store.finishedRun(before: first, byEndOf: "2099-01-01") == nil)
            #expect(try await store.finishedRun(before: pushed, byEndOf: "2020-01-01") == nil)
            _ = try await store.retain(
                RetentionSettings(runDays: 1, imageDays: 1),
                now: Date().addingTimeInterval(10 * 86_400)
            )
            #expect(try await store.finishedRun(before: nil) == night)
            #expect(try await store.finishedRun(before: night) == first)
        }
    }

    @Test("The dashboard shows the fleet, whatever was scanned after it")
    func dashboard() async throws {
        try await TestDatabase.with { store in
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            let images = [
                try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("app", "2", layers: ["a"]),
            ]
            try await store.work(on: try await store.list(id, images))
            try await store.finish(run: id, state: .done, reason: nil, workers: 1)
            _ = try await run(store, over: "registry.test/app:1")
            let shown = try await store.dashboard(page: 1, search: "", runs: 1)
            #expect(shown.totals.images == 2 && shown.runs.count == 1)
        }
    }
}
