import Postgres
import Reports
import ScanModel
import Store
import Testing

@Suite("What changed since a run", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct DeltaTests {
    @Test("A vulnerable image that is deleted overnight is gone, not fixed, and open again when it comes back")
    func deletedImage() async throws {
        try await TestDatabase.with { store in
            let curl = try SampleFleet.image("app", "1", layers: ["a"])
            let zlib = try SampleFleet.image("app", "2", layers: ["b"])
            let first = try await store.plan([curl, zlib], whole: ["app"])
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(first)
            for (task, name) in zip(try await store.queued(.inventory), ["curl", "zlib"]) {
                try await store.merge(SampleFleet.inventory([(name, "1")]), of: try await store.claimed(task))
            }
            _ = try await store.settle(first)
            try await store.execute(
                "INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-2024-1', '{}', false, 's')"
            )
            try await store.execute(
                """
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT packages.id, vulnerabilities.id, 'high', 'fixed', '{2}', 'debian', now(), 1
                FROM packages CROSS JOIN vulnerabilities WHERE packages.name = 'curl'
                """
            )
            try await store.finish(run: first.id, state: .done, reason: nil, workers: 1)

            // A run that could not list the repository says nothing of its images.
            let unlisted = try await store.plan([try SampleFleet.known("app", "2", layers: ["b"])])
            #expect(try await store.settle(unlisted) == 0)
            try await store.finish(run: unlisted.id, state: .done, reason: nil, workers: 1)
            let nothing = try #require(try await store.fleetReport(run: unlisted.id, since: first.id).delta)
            #expect(nothing.gone.isEmpty && nothing.fixed.isEmpty && nothing.new.isEmpty)
            #expect(nothing.stillOpen.isEmpty)

            let second = try await store.plan([try SampleFleet.known("app", "2", layers: ["b"])], whole: ["app"])
            #expect(try await store.settle(second) == 0)
            try await store.finish(run: second.id, state: .done, reason: nil, workers: 1)
            let deleted = try #require(try await store.fleetReport(run: second.id, since: first.id).delta)
            #expect(deleted.gone.count == 1 && deleted.fixed.isEmpty && deleted.new.isEmpty)

            let both = [
                try SampleFleet.known("app", "1", layers: ["a"]), try SampleFleet.known("app", "2", layers: ["b"]),
            ]
            let third = try await store.plan(both, whole: ["app"])
            #expect(try await store.settle(third) == 0)
            try await store.finish(run: third.id, state: .done, reason: nil, workers: 1)
            let back = try #require(try await store.fleetReport(run: third.id, since: first.id).delta)
            #expect(back.stillOpen.count == 1 && back.gone.isEmpty && back.new.isEmpty && back.fixed.isEmpty)
        }
    }

    @Test(
        "Images of a repository that could not be listed are stale: what is known of them stays, and is neither new nor gone",
        arguments: ["registry.test/web", "registry.test (catalog)", "registry.test"]
    )
    func staleImages(target: String) async throws {
        try await TestDatabase.with { store in
            let app = try SampleFleet.image("app", "1", layers: ["a"])
            let web = try SampleFleet.image("web", "1", layers: ["b"])
            func night(_ images: [FoundImage], unlisted: Bool = false) async throws -> Int {
                let run = try await store.plan(images, whole: unlisted ? ["app"] : ["app", "web"])
                if unlisted { try await store.addProblem(run: run.id, target: target, reason: "503") }
                try await store.work(on: run, packages: [("curl", "1")])
                try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
                return run.id
            }
            let first = try await night([app, web])
            try await addFlaw(store, to: "curl")
            try await store.execute("UPDATE runs SET started_at = '2020-01-29 23:00:00+00' WHERE id = \(first)")
            try await store.execute("UPDATE tags SET valid_from = '2020-01-29 23:10:00+00'")
            // What a pipeline scans by itself is not looked through for the day.
            let pushed = try await store.requestRun(targets: ["registry.test/web:1"], platform: "", priority: 1)
            try await store.work(on: try await store.list(pushed, [try SampleFleet.known("web", "1", layers: ["b"])]))
            try await store.finish(run: pushed, state: .done, reason: nil, workers: 1)
            let known = try SampleFleet.known("app", "1", layers: ["a"])
            let second = try await night([known], unlisted: true)
            let third = try await night([known], unlisted: true)
            // Added since by somebody else: the run knew nothing of it.
            _ = try await night([known, try SampleFleet.image("web", "2", layers: ["c"])], unlisted: true)
            for (run, previous) in [(second, first), (third, second)] {
                let report = try await store.fleetReport(run: run, since: previous)
                #expect(report.images.map(\.state) == [.analysed, .stale])
                #expect(report.images.map(\.lastSeen) == [nil, "2020-01-29"])
                #expect(report.images.map(\.severities.high) == [1, 1])
                let totals = report.totals
                #expect(totals.images == 2 && totals.covered == 1 && totals.stale == 1 && totals.findings == 2)
                #expect(Set(report.failures.map(\.image)) == [target, "registry.test/web:1"])
                let delta = try #require(report.delta)
                #expect(delta.stillOpen.map(\.imageCount) == [2])
                #expect(delta.new.isEmpty && delta.gone.isEmpty && delta.fixed.isEmpty && delta.reopened.isEmpty)
            }
            let last = try await night([known, try SampleFleet.known("web", "1", layers: ["b"])])
            let back = try await store.fleetReport(run: last, since: third)
            #expect(back.totals.stale == 0 && back.images.compactMap(\.lastSeen).isEmpty)
            #expect(back.delta?.stillOpen.map(\.imageCount) == [2] && back.delta?.new.isEmpty == true)
        }
    }

    @Test("A report of an earlier run stays the same when a later one analyses what failed and misses what was there")
    func earlierRun() async throws {
        try await TestDatabase.with { store in
            let old = try SampleFleet.image("app", "1", layers: ["a"])
            let web = try SampleFleet.image("web", "1", layers: ["w"])
            let first = try await night(store, [old, web], whole: ["app", "web"], packages: [("curl", "1")])
            try await addFlaw(store, to: "curl")
            let broken = try SampleFleet.image("app", "1", layers: ["b"])
            let second = try await night(store, [broken], whole: ["app"], isFailing: true)
            let early = try await store.fleetReport(run: second, since: first)
            #expect(early.images.map(\.state) == [.failed] && early.images.map(\.packages) == [1])
            #expect(early.delta?.stillOpen.map(\.imageCount) == [1] && early.delta?.gone.isEmpty == true)
            let mended = try SampleFleet.known("app", "1", layers: ["b"])
            _ = try await night(store, [mended], whole: ["app", "web"], packages: [("zlib", "1"), ("bash", "5")])
            try await addFlaw(store, to: "zlib")
            #expect(try await store.texts("SELECT name FROM tags WHERE valid_until IS NULL") == ["1"])
            #expect(try await store.fleetReport(run: second, since: first) == early)
        }
    }

    @Test("What is in an image that failed for a night is neither gone nor new; what is analysed at last is new")
    func failedNight() async throws {
        try await TestDatabase.with { store in
            var lost = try SampleFleet.image("app", "1", layers: ["a"])
            let first = try await night(store, [lost], whole: ["app"], packages: [("curl", "1")])
            lost.digest = nil
            lost.outcome = .failed("503")
            let broken = try SampleFleet.image("app", "2", layers: ["b"])
            let second = try await night(store, [lost, broken], whole: ["app"], isFailing: true)
            let both = [
                try SampleFleet.known("app", "1", layers: ["a"]), try SampleFleet.known("app", "2", layers: ["b"]),
            ]
            let third = try await night(store, both, whole: ["app"], packages: [("zlib", "1")])
            for package in ["curl", "zlib"] { try await addFlaw(store, to: package) }
            let nights: [(Int, Int, [String])] = [(second, first, []), (third, second, ["zlib"])]
            for (run, previous, new) in nights {
                let report = try await store.fleetReport(run: run, since: previous)
                let delta = try #require(report.delta)
                #expect(delta.stillOpen.map(\.package) == ["curl"] && delta.new.map(\.package) == new)
                #expect(delta.reopened.isEmpty && delta.fixed.isEmpty && delta.gone.isEmpty)
            }
        }
    }

    /// A finished run; with `isFailing` no layer that is not analysed yet can be.
    private func night(
        _ store: Store,
        _ images: [FoundImage],
        whole: [String],
        isFailing: Bool = false,
        packages: [(name: String, version: String)] = []
    ) async throws -> Int {
        let run = try await store.plan(images, whole: whole)
        if isFailing {
            for task in try await store.queued(.layer) {
                try await store.fail(try await store.claimed(task), reason: "damaged", isPermanent: true)
            }
        }
        try await store.work(on: run, packages: packages)
        try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
        return run.id
    }

    /// A flaw that is known for long of a package.
    private func addFlaw(_ store: Store, to package: String) async throws {
        try await store.execute(
            "INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-\(package)', '{}', false, 's')"
        )
        try await store.execute(
            """
            INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                provider, found_from, found_state)
            SELECT packages.id, vulnerabilities.id, 'high', 'fixed', '{2}', 'debian', '2020-01-01', 1
            FROM packages JOIN vulnerabilities ON vulnerabilities.name = 'CVE-' || packages.name
            WHERE packages.name = '\(package)'
            """
        )
    }
}
