import Postgres
import Reports
import ScanModel
import Store
import TallymanTesting
import Testing

@Suite("Matching what changed", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct RematchTests {
    private static let curl = (package: "curl", flaw: "CVE-2024-0001", fixed: "8.0")
    private static let zlib = (package: "zlib", flaw: "CVE-2024-0002", fixed: String?.none)

    private func withFleet(_ body: (Store, Run) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: [("curl", "7.0"), ("zlib", "1.0"), ("nano", "1.0")])
            try await body(store, run)
        }
    }

    @Test("Only packages that a changed record is filed under are matched again")
    func onlyTouched() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl, Self.zlib]))
            #expect(try await store.rematch().packages == 3)
            let change = try await store.importing(
                SampleFeed.debian([Self.curl, ("zlib", "CVE-2024-0002", "1.1")])
            )
            #expect(change.changedRecords == 2, "the old record went, the new one came")
            #expect(change.touchedPackages == 1)
            let summary = try await store.rematch(naming: 10)
            #expect(summary.packages == 1 && summary.opened == 0 && summary.closed == 0)
            #expect(
                try await store.texts(
                    "SELECT array_to_string(fixed_versions, ',') FROM package_vulnerabilities ORDER BY 1"
                )
                    == ["1.1", "8.0"]
            )
        }
    }

    @Test("A pass for one run matches what is in its images, and leaves what others have brought to the next")
    func onlyOfRun() async throws {
        try await withFleet { store, _ in
            let urgent = try await store.plan([try SampleFleet.image("pushed", "1", layers: ["b"])])
            try await store.work(on: urgent, packages: [("curl", "7.0"), ("bash", "5.0")])
            _ = try await store.importing(SampleFeed.debian([Self.curl, Self.zlib]))
            let waiting = "SELECT name FROM waiting_packages JOIN packages ON packages.id = package_id ORDER BY 1"
            let summary = try await store.rematch(of: urgent.id)
            #expect(summary.packages == 2 && summary.opened == 1 && summary.state == 1)
            #expect(try await store.texts(waiting) == ["nano", "zlib"])
            let again = try await store.rematch(of: urgent.id)
            #expect(again.packages == 0 && again.state == 1)
            let rest = try await store.rematch()
            #expect(rest.packages == 2 && rest.opened == 1)
            #expect(try await store.texts(waiting) == [])
        }
    }

    @Test("No name that an image gives its packages or itself keeps those of others from being matched")
    func overlongKeys() async throws {
        try await TestDatabase.with { store in
            let images = [
                try SampleFleet.image("app", "1", layers: ["a"]), try SampleFleet.image("bad", "1", layers: ["b"]),
            ]
            let run = try await store.plan(images)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            // What no compression makes short.
            var random = SeededRandom(seed: 1)
            func long() -> String {
                String(decoding: (0..<4000).map { _ in UInt8(33 + random.below(90)) }, as: UTF8.self)
            }
            var bad = SampleFleet.inventory([("odd", "1")])
            bad.distro?.id = long()
            bad.packages[0].package.source = SourcePackage(name: long(), version: "1")
            for (task, inventory) in zip(
                try await store.queued(.inventory),
                [SampleFleet.inventory([("curl", "7.0")]), bad]
            ) {
                try await store.merge(inventory, of: try await store.claimed(task))
            }
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            let summary = try await store.rematch()
            #expect(summary.packages == 2 && summary.opened == 1)
        }
    }

    @Test("A fix that comes later is known from then on, whatever it is later, until it is withdrawn")
    func laterFix() async throws {
        try await withFleet { store, _ in
            func dates(_ zlib: String?) async throws -> [String] {
                _ = try await store.importing(SampleFeed.debian([Self.curl, ("zlib", "CVE-2024-0002", zlib)]))
                _ = try await store.rematch()
                return try await store.texts(
                    """
                    SELECT CASE WHEN fixed_from IS NULL THEN 'as found' WHEN fixed_from > found_from THEN fixed_from::text
                        ELSE 'wrong' END
                    FROM package_vulnerabilities JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id ORDER BY name
                    """
                )
            }
            #expect(try await dates(nil) == ["as found", "as found"])
            let first = try await dates("1.1")
            #expect(first.first == "as found" && first.last != "as found" && first.last != "wrong")
            #expect(try await dates("1.2") == first)
            #expect(try await dates(nil) == ["as found", "as found"])
        }
    }

    @Test("A flaw keeps the vectors of each version, that of the highest score first, which questions show")
    func vectors() async throws {
        let second = "AV:N/AC:L/Au:N/C:N/I:N/A:P"
        let third = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H"]
        let fourth = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
        let severity = ([("V2", second), ("V4", fourth)] + third.map { ("V3", $0) })
            .map { #"{"type":"CVSS_\#($0.0)","score":"\#($0.1)"}"# }
        try await withFleet { store, _ in
            _ = try await store.importing(
                #"{"id":"DEBIAN-CVE-2024-1","modified":"2024-01-01T00:00:00Z","upstream":["CVE-2024-1"],"#
                    + #""severity":[\#(severity.joined(separator: ","))],"affected":[{"package":{"ecosystem":"Debian:12","#
                    + #""name":"curl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]}]}"#,
                as: "DEBIAN-CVE-2024-1.json"
            )
            _ = try await store.rematch()
            let kept = try await store.texts("SELECT cvss_vector FROM vulnerabilities")
            #expect(kept == [([fourth, third[0], second, third[1]]).joined(separator: " ")])
            let name = try await store.texts("SELECT name FROM vulnerabilities").first ?? ""
            let report = try await store.vulnerabilityReport(name, asOf: "2026-01-01")
            #expect(report?.cvssVector == fourth && report?.cvssScore == 10)
        }
    }

    @Test("A flaw keeps the vectors of all that is said of it, not only of the record with the highest score")
    func vectorsOfOthers() async throws {
        let third = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
        let fourth = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
        func record(_ package: String, _ version: String, _ vector: String) -> String {
            #"{"id":"DEBIAN-CVE-2024-1","modified":"2024-01-01T00:00:00Z","upstream":["CVE-2024-1"],"#
                + #""severity":[{"type":"CVSS_\#(version)","score":"\#(vector)"}],"#
                + #""affected":[{"package":{"ecosystem":"Debian:12","name":"\#(package)"},"#
                + #""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.0"}]}]}]}"#
        }
        try await withFleet { store, _ in
            _ = try await store.importing([
                "DEBIAN-CVE-2024-1.json": record("curl", "V3", third), "other.json": record("zlib", "V4", fourth),
            ])
            #expect(try await store.rematch().opened == 2)
            let kept = try await store.texts("SELECT cvss_vector FROM vulnerabilities")
            #expect(kept == ["\(fourth) \(third)"])
        }
    }

    @Test("Records that stay keep their rows when a feed comes again with one more")
    func unchangedRecords() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            let before = try await store.texts("SELECT id || ' ' || xmin FROM advisory_records")
            let change = try await store.importing(SampleFeed.debian([Self.curl, Self.zlib]))
            #expect(change.changedRecords == 1)
            #expect(
                try await store.texts("SELECT id || ' ' || xmin FROM advisory_records ORDER BY id LIMIT 1") == before
            )
        }
    }

    @Test("A record that goes ends its match, and one that comes back opens it again")
    func cycle() async throws {
        try await withFleet { store, run in
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            let both = SampleFeed.debian([Self.curl, Self.zlib])
            let one = SampleFeed.debian([Self.zlib])
            _ = try await store.importing(one)
            _ = try await store.rematch()

            let second = try await nextRun(store, after: both)
            #expect(second.summary.opened == 1)
            #expect(try await changes(store, second.run, since: run.id).new == ["CVE-2024-0001", "CVE-2024-0002"])

            let third = try await nextRun(store, after: one)
            #expect(third.summary.closed == 1)
            let gone = try await changes(store, third.run, since: second.run)
            #expect(gone.fixed == ["CVE-2024-0001"] && gone.open == ["CVE-2024-0002"] && gone.new.isEmpty)

            let fourth = try await nextRun(store, after: both)
            #expect(fourth.summary.opened == 0 && fourth.summary.reopened == 1)
            for many in [0, 1000] {
                let named = try await store.delta(of: fourth.summary, manyPackages: many)
                #expect(named.reopened.map(\.id) == ["CVE-2024-0001"] && named.reopened.map(\.imageCount) == [1])
            }
            let back = try await changes(store, fourth.run, since: third.run)
            #expect(back.reopened == ["CVE-2024-0001"] && back.fixed.isEmpty && back.new.isEmpty)
            #expect(try await changes(store, fourth.run, since: second.run).open.count == 2)
        }
    }

    @Test("What a pass ended is told as it last was, and what it changed and left open is no change")
    func endedMatches() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl, Self.zlib]))
            _ = try await store.rematch()
            _ = try await store.importing(SampleFeed.debian([("curl", "CVE-2024-0001", "9.0"), Self.zlib]))
            #expect(try await store.rematch(naming: 10).changes.isEmpty)
            _ = try await store.importing(SampleFeed.debian([Self.zlib]))
            let delta = try await store.delta(of: try await store.rematch(naming: 10))
            #expect(delta.new.isEmpty && delta.reopened.isEmpty)
            #expect(delta.fixed.map(\.id) == ["CVE-2024-0001"] && delta.fixed.map(\.package) == ["curl"])
            #expect(delta.fixed.map(\.fixedVersions) == [["9.0"]] && delta.fixed.map(\.imageCount) == [1])
        }
    }

    @Test("Packages are filed anew where all are asked for, also those that an import found by their old keys")
    func filedAnew() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            _ = try await store.rematch()
            let keys = "SELECT package_id || ' ' || ecosystem || ' ' || package FROM package_keys ORDER BY 1"
            let filed = try await store.texts(keys)
            _ = try await store.importing(SampleFeed.debian([Self.curl, Self.zlib]))
            try await store.execute("DELETE FROM package_keys")
            _ = try await store.rematch()
            #expect(try await store.texts(keys).isEmpty, "what was found by a key is filed under it")
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            try await store.forgetMatching()
            #expect(try await store.rematch().packages == 3)
            #expect(try await store.texts(keys) == filed && filed.count >= 3)
        }
    }

    @Test("A day in the past is answered from the intervals")
    func asOf() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            _ = try await store.rematch()
            try await store.execute("UPDATE tags SET valid_from = '2024-01-01'")
            try await store.execute("UPDATE package_vulnerabilities SET found_from = '2024-02-01'")
            _ = try await store.importing(SampleFeed.debian([Self.zlib]))
            _ = try await store.rematch()
            try await store.execute(
                "UPDATE package_vulnerabilities SET found_until = '2024-03-01Z' WHERE found_until IS NOT NULL"
            )
            func images(_ day: String?) async throws -> Int {
                try await store.vulnerabilityReport("CVE-2024-0001", asOf: "2026-01-01", past: day)?.affected.count
                    ?? -1
            }
            #expect(try await images("2024-01-15") == 0)
            #expect(try await images("2024-02-01") == 1)
            #expect(try await images("2024-02-29") == 1)
            #expect(try await images("2024-03-01") == 0, "the match ended as that day began")
            #expect(try await images(nil) == 0)
        }
    }

    @Test("A new score reaches the vulnerability without any package being matched again")
    func scores() async throws {
        try await withFleet { store, _ in
            _ = try await store.importing(SampleFeed.debian([Self.curl]))
            _ = try await store.rematch()
            let scores =
                "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2024-0001,0.5,0.9\n"
            let change = try await store.importing(scores, as: "epss_scores-current.csv")
            #expect(change.touchedPackages == 0)
            #expect(try await store.texts("SELECT epss::text FROM vulnerabilities") == ["0.5"])
        }
    }

    @Test("Imports and passes beside each other, while images merge, lose no finding and never deadlock")
    func together() async throws {
        try await TestDatabase.with { store in
            let images = try (0..<16).map { try SampleFleet.image("app", "\($0)", layers: ["layer-\($0)"]) }
            let run = try await store.plan(images)
            for task in try await store.queued(.layer) {
                try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
            }
            _ = try await store.settle(run)
            var claims: [Claim] = []
            for task in try await store.queued(.inventory) { claims.append(try await store.claimed(task)) }
            // Retention looks away while a run is under way; claims are held on beyond its end.
            try await store.finish(run: run.id, state: .failed, reason: "stopped", workers: 1)
            let names = (0..<60).map { "package-\($0)" }
            func feed(_ build: Int) -> String {
                SampleFeed.debian(names.map { ($0, "CVE-2024-1\(build)\($0.dropFirst(8))", nil) })
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (index, claim) in claims.enumerated() {
                    let held = names.enumerated().filter { $0.offset % 4 == index % 4 }.map { ($0.element, "\(index)") }
                    group.addTask { try await store.merge(SampleFleet.inventory(held), of: claim) }
                    group.addTask { _ = try await store.rematch() }
                }
                group.addTask { for build in 1...5 { _ = try await store.importing(feed(build)) } }
                group.addTask {
                    for _ in 0..<5 { _ = try await store.retain(RetentionSettings(runDays: 0, imageDays: 0)) }
                }
                try await group.waitForAll()
            }
            _ = try await store.rematch()
            let expected = try await store.scalar("SELECT count(*) FROM packages")
            #expect(expected == 16 * 15)
            #expect(
                try await store.scalar(
                    """
                    SELECT count(*) FROM package_vulnerabilities JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
                    WHERE found_until IS NULL AND name LIKE 'CVE-2024-15%'
                    """
                ) == expected
            )
            #expect(
                try await store.scalar("SELECT count(*) FROM package_vulnerabilities WHERE found_until IS NULL")
                    == expected
            )
            #expect(
                try await store.scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
            )
        }
    }

    private func nextRun(_ store: Store, after feed: String) async throws -> (run: Int, summary: RematchSummary) {
        _ = try await store.importing(feed)
        let run = try await store.plan([try SampleFleet.known("app", "1", layers: ["a"])])
        _ = try await store.settle(run)
        let summary = try await store.rematch(naming: 100)
        try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
        return (run.id, summary)
    }

    private func changes(_ store: Store, _ run: Int, since previous: Int) async throws -> (
        new: [String], fixed: [String], reopened: [String], open: [String]
    ) {
        let delta = try #require(try await store.fleetReport(run: run, since: previous).delta)
        #expect(delta.gone.isEmpty)
        return (
            delta.new.map(\.id).sorted(), delta.fixed.map(\.id), delta.reopened.map(\.id),
            delta.stillOpen.map(\.id)
        )
    }
}
