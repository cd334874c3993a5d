import Postgres
import ScanModel
import Store
import Testing

@Suite("Planning and settling a run", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct PlanningTests {
    private static let tags = "SELECT name || ' ' || (valid_until IS NULL) FROM tags ORDER BY id"

    @Test("A run that is listed again after a crash has the same plan")
    func idempotent() async throws {
        try await TestDatabase.with { store in
            let images = [
                try SampleFleet.image("app", "1", layers: ["a", "b"]),
                try SampleFleet.image("app", "2", layers: ["a", "c"]),
                try SampleFleet.image("web", "1", layers: ["a", "b"]),
            ]
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            // A coordinator dies before its plan, and one after it has added every image.
            try await store.beginListing(id)
            try await store.add([images[0]], to: try #require(try await store.run(id)))
            try await store.beginListing(id)
            for image in images + images { try await store.add([image], to: try #require(try await store.run(id))) }
            let run = try await store.list(id, images, whole: ["app", "web"])
            #expect(run.state == .running)
            #expect(try await store.scalar("SELECT count(*) FROM layers") == 3)
            #expect(try await store.queued(.layer).count == 3)
            #expect(try await store.scalar("SELECT count(*) FROM manifests") == 2)
            #expect(try await store.scalar("SELECT count(*) FROM run_images") == 3)
            #expect(try await store.scalar("SELECT count(*) FROM tags") == 3)
            let status = try await store.status(run: id)
            #expect(status.layersDistinct == 3 && status.bytesPlanned == 300 && status.bytesAvoided == 300)
        }
    }

    @Test("A coordinator that was paused cannot list or plan a run that another has planned")
    func fencedListing() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let before = try await store.contents("runs", "run_images", "run_layers", "tasks", "tags")
            let listing = await #expect(throws: StoreError.self) { try await store.beginListing(run.id) }
            #expect(listing?.code == .superseded)
            let plan = await #expect(throws: (any Error).self) {
                try await store.plan(run, listed: [], analysisVersion: "1", shards: 4)
            }
            #expect(plan != nil)
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            try await store.finish(run: run.id, state: .failed, reason: "late", workers: 0)
            await #expect(throws: StoreError.self) { try await store.beginListing(run.id) }
            #expect(try await store.run(run.id)?.state == .done)
            #expect(
                try await store.contents("run_images", "run_layers", "tasks", "tags")
                    == before.filter { !$0.hasPrefix("runs") }
            )
        }
    }

    @Test("Tags keep their history: moved, gone, and back again")
    func tagHistory() async throws {
        try await TestDatabase.with { store in
            let first = try SampleFleet.image("app", "latest", layers: ["a"])
            let second = try SampleFleet.image("app", "latest", layers: ["b"])
            let other = try SampleFleet.image("app", "other", layers: ["a"])
            _ = try await store.plan([first, other], whole: ["app"])
            _ = try await store.plan([first, other], whole: ["app"])
            #expect(try await store.texts(Self.tags) == ["latest true", "other true"])
            _ = try await store.plan([second], whole: [])
            #expect(try await store.texts(Self.tags) == ["latest false", "other true", "latest true"])
            let run = try await store.plan([second], whole: ["app"])
            #expect(try await store.texts(Self.tags) == ["latest false", "other false", "latest true"])
            let gone = try await store.images(run: run.id).filter { $0.state == "gone" }
            #expect(gone.map(\.image) == ["\(SampleFleet.host)/app:other"])
            #expect(gone.first?.reason == "the tag is no longer listed")
            #expect(try await store.images(run: try await store.plan([second], whole: ["app"]).id).count == 1)
            _ = try await store.plan([second, other], whole: ["app"])
            #expect(try await store.texts(Self.tags).suffix(2) == ["latest true", "other true"])
            #expect(try await store.scalar("SELECT count(*) FROM tags WHERE valid_until < valid_from") == 0)
        }
    }

    @Test("A tag that could not be asked for keeps the image it had")
    func failedTagStays() async throws {
        try await TestDatabase.with { store in
            var image = try SampleFleet.image("app", "1", layers: ["a"])
            _ = try await store.plan([image], whole: ["app"])
            image.digest = nil
            image.outcome = .failed("503")
            let run = try await store.plan([image], whole: ["app"])
            #expect(try await store.texts(Self.tags) == ["1 true"])
            #expect(try await store.images(run: run.id).map(\.reason) == ["503"])
            image.outcome = .gone("404")
            _ = try await store.plan([image], whole: ["app"])
            #expect(try await store.texts(Self.tags) == ["1 false"])
        }
    }

    @Test("How far a listing is waits for no batch of images, and for nobody who has the run in hand")
    func listingProgress() async throws {
        try await TestDatabase.with { store in
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            try await store.beginListing(id)
            // As a batch of images holds it.
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR KEY SHARE", store) { impatient in
                try await impatient.noteListing(run: id, named: 3, listed: 1)
            }
            #expect(try await store.scalar("SELECT listed_repositories FROM runs") == 1)
            try await TestDatabase.whileLocked(by: "SELECT FROM runs FOR UPDATE", store) { impatient in
                try await impatient.noteListing(run: id, named: 3, listed: 2)
            }
            #expect(try await store.scalar("SELECT listed_repositories FROM runs") == 1)
        }
    }

    @Test("An image waits for the listing of its run, and then for what its registry has no room for")
    func waitingForTheListing() async throws {
        try await TestDatabase.with { store in
            let throttled = [SampleFleet.host: "2030-01-01T00:00:00Z", "other.test": "2031-01-01T00:00:00Z"]
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let id = try await store.requestRun(targets: [SampleFleet.host], platform: "", priority: 1)
            try await store.beginListing(id)
            try await store.noteListing(run: id, named: 3, listed: 1)
            try await store.add([image], to: try #require(try await store.run(id)))
            let reason = "the run is still being listed: 1 of 3 repositories; images have their outcome after the last"
            #expect(try await store.waitingImages(run: id, limit: 10).map(\.reason) == [reason])
            #expect(
                try await store.waitingImages(run: id, limit: 10, throttled: throttled).map(\.reason)
                    == ["\(reason); registry.test throttles until 2030-01-01T00:00:00Z"]
            )
            #expect(try await store.listing(run: id) == reason)
            _ = try await store.list(id, [image])
            #expect(try await store.listing(run: id) == nil)
            let task = try #require(try await store.queued(.layer).first)
            try await store.postpone(try await store.claimed(task), for: 600)
            let postponed = try #require(try await store.waitingImages(run: id, limit: 10).first?.reason)
            #expect(postponed.contains("is tried again at 20"))
            #expect(postponed.hasSuffix(", as registry.test or the database had no room for it"))
            let paused = try await store.waitingImages(run: id, limit: 10, throttled: throttled).first?.reason
            #expect(paused?.hasSuffix("; registry.test throttles until 2030-01-01T00:00:00Z") == true)
        }
    }

    @Test("An image whose layers state more bytes than there are numbers for has the largest size, not one below zero")
    func statedSizes() async throws {
        try await TestDatabase.with { store in
            var image = try SampleFleet.image("app", "1", layers: ["a", "b"])
            guard case .image(var manifest) = image.outcome else { return }
            for index in manifest.layers.indices { manifest.layers[index].size = .max }
            image.outcome = .image(manifest)
            let run = try await store.plan([image])
            #expect(try await store.scalar("SELECT size FROM manifests") == Int.max)
            #expect(try await store.status(run: run.id).bytesPlanned == .max)
        }
    }

    @Test("A second run over the same images reuses every layer and plans nothing")
    func reuse() async throws {
        try await TestDatabase.with { store in
            try await store.work(on: try await store.plan([try SampleFleet.image("app", "1", layers: ["a", "b"])]))
            let run = try await store.plan([try SampleFleet.known("app", "1", layers: ["a", "b"])])
            #expect(try await store.undispatched(epoch: "none", limit: 10).isEmpty)
            let status = try await store.status(run: run.id)
            #expect(status.byState == ["reused": 1])
            #expect(status.layersReused == 2 && status.bytesPlanned == 0 && status.bytesAvoided == 200)
        }
    }

    @Test("One layer set aside fails just the images that have it, and the next run tries it again")
    func deadLayer() async throws {
        try await TestDatabase.with { store in
            let images = [
                try SampleFleet.image("app", "bad", layers: ["a", "b"]),
                try SampleFleet.image("app", "good", layers: ["a"]),
            ]
            let run = try await store.plan(images)
            let layer = try SampleFleet.digest("b")
            let bad = try #require(
                try await store.scalar(
                    """
                    SELECT tasks.id FROM tasks JOIN layers ON layers.id = subject_id
                    WHERE kind = 'layer' AND digest = '\(layer)'
                    """
                )
            )
            try await store.fail(try await store.claimed(bad), reason: "garbage", isPermanent: true)
            try await store.work(on: run)
            let found = try await store.images(run: run.id)
            #expect(found.map(\.state) == ["failed", "analysed"])
            #expect(found.first?.reason == "layer \(layer): garbage")
            let again = try await store.plan(images)
            #expect(try await store.queued(.layer) == [bad])
            try await store.work(on: again)
            #expect(try await store.images(run: again.id).map(\.state) == ["analysed", "reused"])
        }
    }

    @Test("A fold that was set aside fails its image, and the next run tries it again")
    func deadInventory() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: [])
            let run = try await store.plan([image])
            _ = try await store.settle(run)
            let task = try #require(try await store.queued(.inventory).first)
            try await store.fail(try await store.claimed(task), reason: "broken", isPermanent: true)
            _ = try await store.settle(run)
            // A manifest without layers can only fail here.
            let withLayer = try SampleFleet.image("app", "2", layers: ["a"])
            let next = try await store.plan([image, withLayer])
            try await store.work(on: next)
            #expect(try await store.images(run: next.id).map(\.state) == ["analysed", "analysed"])
        }
    }

    @Test("A layer is fetched from a repository that the run saw, not from where it was first found")
    func layerPlace() async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("old", "1", layers: ["a"])], whole: ["old"])
            let moved = try SampleFleet.known("new", "1", layers: ["a"])
            _ = try await store.plan([moved], whole: ["old"])
            let layer = try #require(try await store.scalar("SELECT id FROM layers"))
            #expect(try await store.layerSource(layer).repository == "new")
        }
    }

    @Test(
        "A run that an upgrade interrupts is planned again for the new version, and a late result of the old one is refused"
    )
    func upgrade() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a", "b"])])
            let tasks = try await store.queued(.layer)
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(tasks[0]))
            let late = try await store.claimed(tasks[1])
            try await store.adopt(run, analysisVersion: "1", shards: 4)
            #expect(try await store.queued(.layer).isEmpty)
            try await store.adopt(run, analysisVersion: "2", shards: 4)
            await #expect(throws: StoreError.self) {
                try await store.merge(try SampleFleet.analysedLayer(), of: late)
            }
            #expect(
                try await store.claim(task: tasks[0], worker: "w", analysisVersion: "1", leaseSeconds: 9)?.attempt
                    == nil
            )
            #expect(try await store.queued(.layer) == tasks)
            for task in tasks {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            #expect(try await store.settle(run: run, analysisVersion: "2", shards: 4) == 1)
            #expect(try await store.queued(.inventory).count == 1)
            #expect(
                try await store.texts("SELECT DISTINCT analysis_version FROM layer_reports") == ["2"]
            )
        }
    }

    @Test("A result that comes in while a run is planned or settled is not asked for again")
    func noSecondAnalysis() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            let first = try await store.plan([image])
            let claim = try await store.claimed(try #require(try await store.queued(.layer).first))
            // The plan of a second run waits for the merge's row, having seen the layer without its report.
            async let second = store.plan([image])
            try await store.merge(try SampleFleet.analysedLayer(), of: claim)
            _ = try await second
            #expect(try await store.queued(.layer).isEmpty)
            _ = try await store.settle(first)
            let fold = try await store.claimed(try #require(try await store.queued(.inventory).first))
            async let settled = store.settle(first)
            try await store.merge(SampleFleet.inventory([("hello", "1")]), of: fold)
            _ = try await settled
            #expect(try await store.queued(.inventory).isEmpty)
            try await store.execute("DELETE FROM image_inventories")
            #expect(try await store.settle(try await store.plan([image])) == 1)
            #expect(try await store.queued(.inventory).count == 1)
        }
    }

    @Test("Images without a platform's manifest keep their reason without being asked for again")
    func unsupported() async throws {
        try await TestDatabase.with { store in
            var image = try SampleFleet.image("chart", "1", layers: [])
            image.outcome = .unsupported("a chart")
            _ = try await store.plan([image])
            let digest = try #require(image.digest)
            #expect(try await store.knownResolutions([digest], platform: "") == [digest.description])
            #expect(try await store.knownResolutions([digest], platform: "linux/arm64").isEmpty)
            image.outcome = .known
            let run = try await store.plan([image])
            #expect(try await store.images(run: run.id).map(\.state) == ["unsupported"])
            #expect(try await store.images(run: run.id).map(\.reason) == ["a chart"])
        }
    }
}
