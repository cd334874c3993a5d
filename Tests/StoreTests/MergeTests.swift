import Postgres
import ScanModel
import Store
import TallymanTesting
import Testing

@Suite("Merging results", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct MergeTests {
    private static let results = ["layer_reports", "layer_gaps", "layers", "packages", "inventories", "tasks"]

    @Test("A layer's result that comes after its lease was lost is refused and changes nothing")
    func fencedLayer() async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let task = try #require(try await store.queued(.layer).first)
            let late = try await store.claimed(task, by: "paused")
            try await store.letTimePass(task: task)
            #expect(try await store.expireLeases() == 1)
            try await refuses(store) { try await store.merge(try SampleFleet.analysedLayer(["late"]), of: late) }
            let next = try await store.claimed(task, by: "next")
            try await refuses(store) { try await store.merge(try SampleFleet.analysedLayer(["late"]), of: late) }
            let before = try await store.contents("tasks")
            try await store.fail(late, reason: "late", isPermanent: true)
            try await store.release(late)
            #expect(try await store.contents("tasks") == before)
            try await store.merge(try SampleFleet.analysedLayer(["next"]), of: next)
            try await refuses(store) { try await store.merge(try SampleFleet.analysedLayer(["late"]), of: late) }
            try await refuses(store) { try await store.merge(try SampleFleet.analysedLayer(["again"]), of: next) }
            let layers = try await store.storedLayers(
                manifest: try #require(try await store.scalar("SELECT id FROM manifests"))
            ).map { try $0.decoded() }
            #expect(layers.first?.report.evidence.first?.packages.map(\.package.name) == ["next"])
        }
    }

    @Test("What is stored of a layer has a fingerprint, the same for analyses that find the same")
    func fingerprints() async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a", "b", "c"])])
            for (task, packages) in zip(try await store.queued(.layer), [["one"], ["one"], ["two"]]) {
                let claim = try await store.claimed(task)
                try await store.merge(try SampleFleet.analysedLayer(packages), of: claim)
            }
            let sizes = try await store.texts(
                "SELECT count(*) || ' ' || min(length(fingerprint)) FROM layer_reports GROUP BY fingerprint ORDER BY 1"
            )
            #expect(sizes == ["1 32", "2 32"])
        }
    }

    @Test("An image's result that comes after its lease was lost is refused and changes nothing")
    func fencedInventory() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: [])])
            _ = try await store.settle(run)
            let task = try #require(try await store.queued(.inventory).first)
            let late = try await store.claimed(task)
            try await store.release(late)
            let next = try await store.claimed(task)
            try await refuses(store) { try await store.merge(SampleFleet.inventory([("late", "1")]), of: late) }
            try await store.merge(SampleFleet.inventory([("next", "1")]), of: next)
            #expect(try await store.texts("SELECT name FROM packages") == ["next"])
            #expect(try await store.settle(run) == 0)
        }
    }

    @Test("Inventories with the same packages in opposite order merge side by side without a deadlock")
    func concurrentInventories() async throws {
        try await TestDatabase.with { store in
            let images = try (0..<12).map { try SampleFleet.image("app", "\($0)", layers: ["layer-\($0)"]) }
            let run = try await store.plan(images)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            let packages = (0..<2000).map { (name: "package-\($0)", version: "1") }
            var claims: [Claim] = []
            for task in try await store.queued(.inventory) { claims.append(try await store.claimed(task)) }
            #expect(claims.count == 12)
            let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, claim) in claims.enumerated() {
                    let ordered = index % 2 == 0 ? packages : packages.reversed()
                    group.addTask { try await store.merge(SampleFleet.inventory(ordered), of: claim) }
                }
                try await group.waitForAll()
            }
            try await store.execute("SELECT pg_stat_clear_snapshot()")
            #expect(try await store.scalar(deadlocks) == 0)
            #expect(try await store.scalar("SELECT count(*) FROM packages") == 2000)
            #expect(
                try await store.scalar("SELECT count(*) FROM inventories WHERE cardinality(package_ids) = 2000") == 12
            )
            #expect(try await store.scalar("SELECT count(*) FROM distros") == 1)
            #expect(try await store.settle(run) == 0)
        }
    }

    @Test("A fold whose content the fleet has writes nothing but its own image")
    func knownContent() async throws {
        try await TestDatabase.with { store in
            let images = try (0..<2).map { try SampleFleet.image("app", "\($0)", layers: ["layer-\($0)"]) }
            let run = try await store.plan(images)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            let folds = try await store.queued(.inventory)
            try #require(folds.count == 2)
            let content = SampleFleet.inventory([("a", "1"), ("b", "1")])
            try await store.merge(content, of: try await store.claimed(folds[0]))
            let before = try await store.contents("packages", "package_sets", "license_sets", "waiting_packages")
            let second = try await store.claimed(folds[1])
            let lock = "LOCK TABLE packages, license_sets, waiting_packages IN ACCESS EXCLUSIVE MODE"
            try await TestDatabase.whileLocked(by: lock, store) { try await $0.merge(content, of: second) }
            #expect(
                try await store.contents("packages", "package_sets", "license_sets", "waiting_packages") == before
            )
            #expect(try await store.scalar("SELECT count(*) FROM inventories WHERE cardinality(package_ids) = 2") == 2)
            #expect(try await store.settle(run) == 0)
        }
    }

    @Test("A package that an image has twice is stored once and stands in the inventory once")
    func duplicates() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: [("twice", "1"), ("twice", "1"), ("once", "2")])
            #expect(try await store.scalar("SELECT count(*) FROM packages") == 2)
            #expect(try await store.scalar("SELECT cardinality(package_ids) FROM inventories") == 2)
        }
    }

    @Test("Names with NUL characters and repeated gaps are taken")
    func hostileText() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let gap = CoverageGap(path: "a\u{0}b", reason: "too large")
            let task = try #require(try await store.queued(.layer).first)
            try await store.merge(
                try SampleFleet.analysedLayer(["n\u{0}l"], gaps: [gap, gap]),
                of: try await store.claimed(task)
            )
            try await store.work(on: run, packages: [("n\u{0}l", "1"), ("a\\b\"{},NULL", "1")])
            #expect(try await store.texts("SELECT path FROM layer_gaps") == ["a\u{fffd}b"])
            #expect(try await store.texts("SELECT name FROM packages ORDER BY name COLLATE \"C\"").count == 2)
        }
    }

    @Test("Gaps whose paths and reasons are longer than a key may be are taken, and cut")
    func longGaps() async throws {
        try await TestDatabase.with { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let task = try #require(try await store.queued(.layer).first)
            // Nothing that compression makes short.
            var random = SeededRandom(seed: 1)
            func text(_ count: Int) -> String {
                String(decoding: (0..<count).map { _ in UInt8.random(in: 0x61...0x7a, using: &random) }, as: UTF8.self)
            }
            let gaps = [
                CoverageGap(path: text(16_384), reason: text(2_000)), CoverageGap(path: "é", reason: text(1_024)),
            ]
            try await store.merge(
                try SampleFleet.analysedLayer(["curl"], gaps: gaps),
                of: try await store.claimed(task)
            )
            let kept = try await store.texts("SELECT path || ' ' || reason FROM layer_gaps ORDER BY length(path)")
            #expect(
                kept == [
                    "é \(gaps[1].reason)", "\(gaps[0].path.prefix(1_024))… \(gaps[0].reason.prefix(1_024))…",
                ]
            )
        }
    }

    @Test("The last good report stays when the layer fails later")
    func lastGoodReportStays() async throws {
        try await TestDatabase.with { store in
            let image = try SampleFleet.image("app", "1", layers: ["a"])
            try await store.work(on: try await store.plan([image]))
            let before = try await store.contents("layer_reports", "inventories")
            let run = try await store.plan([image], version: "2")
            let task = try #require(try await store.queued(.layer).first)
            try await store.fail(try await store.claimed(task), reason: "gone", isPermanent: true)
            #expect(try await store.settle(run: run, analysisVersion: "2", shards: 4) == 0)
            #expect(try await store.images(run: run.id).map(\.state) == ["failed"])
            #expect(try await store.images(run: run.id).first?.reason.hasSuffix(": gone") == true)
            #expect(try await store.contents("layer_reports", "inventories") == before)
        }
    }

    private func refuses(_ store: Store, _ body: () async throws -> Void) async throws {
        var before: [String] = []
        for table in Self.results { before += try await store.contents(table) }
        let error = await #expect(throws: StoreError.self) { try await body() }
        #expect(error?.code == .superseded)
        var after: [String] = []
        for table in Self.results { after += try await store.contents(table) }
        #expect(after == before)
    }
}
