import Advisories
import Foundation
import Postgres
import ScanModel
import Store
import Testing

@Suite("Advisories and matches", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct AdvisoryTests {
    private static let matches = """
        SELECT packages.name || ' ' || vulnerabilities.name || ' ' || (found_until IS NULL)
        FROM package_vulnerabilities JOIN packages ON packages.id = package_id
            JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
        ORDER BY packages.name COLLATE "C", vulnerabilities.name COLLATE "C", found_from
        """
    private static let tables = """
        SELECT count(*) FROM advisory_records JOIN advisory_ranges ON advisory_ranges.record_id = advisory_records.id
        """

    private func document(_ flaws: [(package: String, flaw: String, fixed: String?)]) -> String {
        SampleFeed.debian(flaws)
    }

    private func importing(_ document: String, into store: Store) async throws -> FleetImport {
        try await store.importing(document)
    }

    private func withFleet(_ body: (Store) async throws -> Void) async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: [("curl", "7.0"), ("zlib", "1.0")])
            try await body(store)
        }
    }

    @Test("A run is recorded with the advisories that it was matched with, whatever is imported before its end")
    func recordedState() async throws {
        try await TestDatabase.with { store in
            func run(_ tag: String) async throws -> Int {
                let run = try await store.plan([try SampleFleet.image("app", tag, layers: [tag])])
                try await store.work(on: run, packages: [("curl", "7.0")])
                return run.id
            }
            func recorded(_ run: Int) async throws -> Int? {
                try await store.scalar("SELECT advisory_state FROM runs WHERE id = \(run)")
            }
            let bare = try await run("1")
            let none = try await store.rematch()
            _ = try await importing(document([("curl", "CVE-2024-0001", "8.0")]), into: store)
            try await store.finish(run: bare, state: .done, reason: nil, workers: 1, advisories: none.state)
            #expect(try await recorded(bare) == nil)
            let matched = try await store.rematch()
            #expect(matched.packages == 1)
            let first = try await run("2")
            let again = try await store.rematch()
            #expect(again.packages == 0 && again.state == matched.state && again.state > 0)
            _ = try await importing(document([("curl", "CVE-2024-0001", "9.0")]), into: store)
            try await store.finish(run: first, state: .done, reason: nil, workers: 1, advisories: again.state)
            #expect(try await recorded(first) == again.state)
            let last = try await run("3")
            try await store.finish(run: last, state: .done, reason: nil, workers: 1)
            let present = try await store.rematch()
            #expect(try await recorded(last) == present.state)
        }
    }

    @Test("Matches open, close and open again as the advisories change, and keep their history")
    func openCloseReopen() async throws {
        try await withFleet { store in
            _ = try await importing(
                document([("curl", "CVE-2024-0001", "8.0"), ("zlib", "CVE-2024-0002", nil)]),
                into: store
            )
            let first = try await store.rematch()
            #expect(first.packages == 2 && first.opened == 2 && first.closed == 0)
            #expect(try await store.rematch().packages == 0)
            _ = try await importing(
                document([("curl", "CVE-2024-0001", "6.0"), ("zlib", "CVE-2024-0002", nil)]),
                into: store
            )
            let second = try await store.rematch()
            #expect(second.opened == 0 && second.closed == 1)
            #expect(try await store.texts(Self.matches) == ["curl CVE-2024-0001 false", "zlib CVE-2024-0002 true"])
            _ = try await importing(
                document([("curl", "CVE-2024-0001", "9.0"), ("zlib", "CVE-2024-0002", nil)]),
                into: store
            )
            let third = try await store.rematch()
            #expect(third.opened == 0 && third.reopened == 1 && third.closed == 0)
            #expect(
                try await store.texts(Self.matches)
                    == ["curl CVE-2024-0001 false", "curl CVE-2024-0001 true", "zlib CVE-2024-0002 true"]
            )
        }
    }

    @Test("A package that comes into the fleet later is matched, and no other again")
    func newPackage() async throws {
        try await withFleet { store in
            _ = try await importing(
                document([("curl", "CVE-2024-0001", "8.0"), ("nano", "CVE-2024-0003", nil)]),
                into: store
            )
            #expect(try await store.rematch().opened == 1)
            let run = try await store.plan([try SampleFleet.image("app", "2", layers: ["b"])])
            try await store.work(on: run, packages: [("curl", "7.0"), ("nano", "1")])
            let summary = try await store.rematch()
            #expect(summary.packages == 1 && summary.opened == 1)
        }
    }

    @Test("Two matching passes at once find each match once")
    func concurrentPasses() async throws {
        try await withFleet { store in
            _ = try await importing(
                document([("curl", "CVE-2024-0001", "8.0"), ("zlib", "CVE-2024-0002", nil)]),
                into: store
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { _ = try await store.rematch() } }
                try await group.waitForAll()
            }
            #expect(try await store.texts(Self.matches).count == 2)
            #expect(try await store.rematch().packages == 0)
        }
    }

    @Test("An import of the same advisories changes nothing but when they were last checked")
    func sameAgain() async throws {
        try await withFleet { store in
            let text = document([("curl", "CVE-2024-0001", "8.0")])
            #expect(try await importing(text, into: store).hasChanged)
            func contents() async throws -> [String] {
                try await store.contents("advisory_records", "advisory_ranges", "advisory_states")
                    + store.texts(
                        "SELECT (to_jsonb(held) - 'checked_at')::text FROM advisory_providers AS held ORDER BY 1"
                    )
            }
            let checked = "SELECT checked_at::text FROM advisory_providers"
            let (before, first) = (try await contents(), try await store.texts(checked))
            #expect(try await importing(text, into: store).hasChanged == false)
            #expect(try await contents() == before)
            #expect(try await store.texts(checked) != first)
        }
    }

    @Test(
        "What stays the same keeps its rows, whatever another provider brings, and nothing is matched again without news"
    )
    func untouched() async throws {
        try await withFleet { store in
            let rows = "SELECT xmin::text || ctid::text || advisory_epss::text FROM advisory_epss ORDER BY cve"
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "tallyman-\(UInt64.random(in: 0...(.max)))"
            )
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
            func load(_ scores: String, _ text: String) async throws -> FleetImport {
                try Data("cve,epss,percentile\n\(scores)".utf8).write(to: folder.appending(path: "epss.csv"))
                try Data(text.utf8).write(to: folder.appending(path: "debian.json"))
                return try await store.importAdvisories(try AdvisoryImport(paths: [folder.path])) { _ in }
            }
            let old = document([("curl", "CVE-2024-0001", "8.0")])
            #expect(try await load("CVE-2024-0001,0.5,0.5\nCVE-2024-0002,0.1,0.1\n", old).hasChanged)
            _ = try await store.rematch()
            let before = try await store.texts(rows)
            let again = try await load("CVE-2024-0001,0.5,0.5\nCVE-2024-0002,0.1,0.1\n", old)
            #expect(!again.hasChanged && again.report.unchanged == ["debian", "epss"])
            #expect(try await store.rematch().packages == 0)
            let other = try await load("CVE-2024-0002,0.1,0.1\nCVE-2024-0001,0.5,0.5\n", "{\"cut\":")
            #expect(!other.hasChanged && other.report.problems.map(\.subject).contains("debian"))
            #expect(try await store.texts(rows) == before)
            #expect(try await store.advisoryProviders().first { $0.provider == "debian" }?.problem != nil)
            #expect(try await load("CVE-2024-0002,0.1,0.1\n", old).hasChanged)
            #expect(try await store.texts(rows) == before.filter { $0.contains("CVE-2024-0002") })
            #expect(try await store.advisoryProviders().allSatisfy { $0.problem == nil })
        }
    }

    @Test(
        "A failed import leaves the advisories as they were",
        arguments: [#"{"curl":{"CVE-2024-0009":{"description":"d""#, "{}", "[1, 2"]
    )
    func failedImport(text: String) async throws {
        try await withFleet { store in
            _ = try await importing(document([("curl", "CVE-2024-0001", "8.0")]), into: store)
            let before = try await store.contents(
                "advisory_records",
                "advisory_ranges",
                "advisory_providers",
                "advisory_states"
            )
            await #expect(throws: (any Error).self) { try await importing(text, into: store) }
            #expect(
                try await store.contents("advisory_records", "advisory_ranges", "advisory_providers", "advisory_states")
                    == before
            )
            #expect(try await store.rematch().opened == 1)
        }
    }
}
