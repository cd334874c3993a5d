import AnchoreAPI
import Store
import Testing

@Suite("A run that fails", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct FailedRunTests {
    private static let reason = "the run failed before it was done with the image"

    private func images() throws -> [FoundImage] {
        [try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("web", "1", layers: ["b"])]
    }

    @Test("fails its images that have no outcome, of which subscribers are told where they fail themselves")
    func unfinished() async throws {
        try await TestDatabase.with { store in
            try await store.hear("all")
            for name in ["app", "web"] { try await store.subscribe("registry.test/\(name):1", [.analysisUpdate]) }
            let run = try await store.plan(try images())
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            let folds = try await store.queued(.inventory)
            let first = try await store.claimed(try #require(folds.first))
            try await store.merge(SampleFleet.inventory([("hello", "1.0")]), of: first)
            #expect(try await store.settle(run) == 1)
            _ = try await store.rematch()
            try await store.finish(run: run.id, state: .failed, reason: "it is refused", workers: 1)

            let ended = try await store.images(run: run.id)
            #expect(ended.map(\.state).sorted() == ["analysed", "failed"])
            let failed = try #require(ended.first { $0.state == "failed" })
            #expect(failed.reason == Self.reason)
            #expect(try await store.status(run: run.id).pending == 0)
            let analysed = ended.filter { $0.state == "analysed" }.map(\.image)
            #expect(try await store.told().map(\.subject) == analysed)

            let next = try await store.plan(try images())
            let last = try await store.claimed(try #require(try await store.queued(.inventory).first))
            try await store.fail(last, reason: "no fold", isPermanent: true)
            #expect(try await store.settle(next) == 0)
            try await store.finish(run: next.id, state: .done, reason: nil, workers: 1)
            #expect(try await store.told().map(\.subject) == analysed + [failed.image])
        }
    }

    @Test("fails its images also while it is being listed, and takes no more")
    func listing() async throws {
        try await TestDatabase.with { store in
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            try await store.beginListing(id)
            let run = try #require(try await store.run(id))
            try await store.add([try images()[0]], to: run)
            try await store.finish(run: id, state: .failed, reason: "it is refused", workers: 0)
            await #expect(throws: StoreError.self) { try await store.add([try images()[1]], to: run) }
            let ended = try await store.images(run: id)
            #expect(ended.map(\.state) == ["failed"] && ended.map(\.reason) == [Self.reason])
        }
    }

    @Test("ends though the database refuses to end its images")
    func refused() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan(try images())
            try await store.execute(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$
                """
            )
            try await store.execute(
                "CREATE TRIGGER refuse BEFORE UPDATE ON run_images FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
            let isEnded = try await store.finish(run: run.id, state: .failed, reason: "it is refused", workers: 0)
            #expect(isEnded)
            let status = try await store.status(run: run.id)
            #expect(status.run.state == .failed && status.run.reason == "it is refused")
            #expect(status.pending == 2)
        }
    }
}
