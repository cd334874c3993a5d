import Store
import Testing

@Suite("A run that somebody waits for", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct UrgentRunTests {
    /// Queued tasks that are not announced in "one", the most urgent first.
    private func unannounced(_ store: Store) async throws -> [QueuedTask] {
        try await store.undispatched(epoch: "one", limit: 10)
    }

    @Test("takes the layers and folds that a bulk run has queued out of its turn, and they are announced again")
    func queuedInBulk() async throws {
        try await TestDatabase.with { store in
            let pushed = try SampleFleet.image("app", "1", layers: ["a", "b"])
            let bulk = try await store.plan([pushed, try SampleFleet.image("app", "2", layers: ["c"])])
            let announced = try await unannounced(store)
            #expect(announced.map(\.priority) == [1, 1, 1])
            try await store.markDispatched(announced, epoch: "one")

            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 0)
            let urgent = try await store.list(id, [pushed])
            let layers = try await unannounced(store)
            #expect(layers.map(\.priority) == [0, 0])
            // Who read them before that, and notes it after, has announced them elsewhere.
            try await store.markDispatched(announced, epoch: "one")
            let still = try await unannounced(store)
            #expect(still.map(\.id) == layers.map(\.id))

            for layer in layers {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(layer.id))
            }
            // The bulk run may be the first to see that the image can be folded.
            _ = try await store.settle(bulk)
            let fold = try await unannounced(store)
            #expect(fold.map(\.kind) == [.inventory] && fold.map(\.priority) == [1])
            try await store.markDispatched(fold, epoch: "one")
            _ = try await store.settle(urgent)
            let raised = try await unannounced(store)
            #expect(raised.map(\.id) == fold.map(\.id) && raised.map(\.priority) == [0])
        }
    }

    @Test("takes a layer that a worker had in hand for a bulk run and gives back")
    func givenBack() async throws {
        try await TestDatabase.with { store in
            let pushed = try SampleFleet.image("app", "1", layers: ["a"])
            _ = try await store.plan([pushed])
            let claim = try await store.claimed(try #require(try await unannounced(store).first).id)
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 0)
            let urgent = try await store.list(id, [pushed])
            try await store.postpone(claim, for: 0)
            let before = try await unannounced(store)
            #expect(before.map(\.priority) == [1])
            _ = try await store.settle(urgent)
            let left = try await unannounced(store)
            #expect(left.map(\.priority) == [0])
        }
    }

    @Test("leaves alone what is under way or done, and a bulk run what is urgent")
    func underWay() async throws {
        try await TestDatabase.with { store in
            let pushed = try SampleFleet.image("app", "1", layers: ["a", "b"])
            _ = try await store.plan([pushed])
            let tasks = try await unannounced(store).map(\.id)
            try #require(tasks.count == 2)
            let claim = try await store.claimed(tasks[0])
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(tasks[1]))
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 0)
            _ = try await store.list(id, [pushed])
            let urgent = try await store.texts("SELECT state || ' ' || priority FROM tasks ORDER BY id")
            #expect(urgent == ["leased 1", "done 1"])
            try await store.merge(try SampleFleet.analysedLayer(), of: claim)

            let other = try SampleFleet.image("app", "2", layers: ["c"])
            let second = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 0)
            _ = try await store.list(second, [other])
            _ = try await store.plan([other])
            let left = try await unannounced(store)
            #expect(left.map(\.priority) == [0])
        }
    }
}
