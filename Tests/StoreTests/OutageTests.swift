import Advisories
import Foundation
import Postgres
import Reports
import ScanModel
import Synchronization
import Testing

@testable import Store

@Suite("When PostgreSQL fails", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct OutageTests {
    @Test("One connection is enough for the whole life of a run: nothing waits for itself", .timeLimit(.minutes(1)))
    func oneConnection() async throws {
        try await TestDatabase.with(connections: 1) { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a", "b"])])
            try await store.work(on: run)
            _ = try await store.rematch()
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            #expect(try await store.fleetReport(run: run.id, since: nil).totals.covered == 1)
            #expect(try await store.summary(run: run.id).images.analysed == 1)
            _ = try await store.images(run: run.id)
            _ = try await store.dashboard(page: 1, search: "", runs: 10)
        }
    }

    @Test("A database that refuses to write keeps what it has, and takes the result when it writes again")
    func readOnly() async throws {
        try await TestDatabase.with(connections: 1) { store in
            _ = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let claim = try await store.claimed(try #require(try await store.queued(.layer).first))
            try await store.execute("SET default_transaction_read_only = on")
            for call: @Sendable () async throws -> Void in [
                { try await store.merge(try SampleFleet.analysedLayer(), of: claim) },
                { try await store.fail(claim, reason: "r", isPermanent: false) },
                { try await store.lose(claim, reason: "r") },
                { _ = try await store.expireLeases() },
            ] {
                let error = await #expect(throws: PostgresError.self) { try await call() }
                #expect(error?.isTransient == true, "it is a matter of time, not of the task")
            }
            try await store.execute("SET default_transaction_read_only = off")
            try await store.merge(try SampleFleet.analysedLayer(), of: claim)
            #expect(try await store.scalar("SELECT count(*) FROM layer_reports") == 1)
        }
    }

    @Test("A connection that is lost in the middle of a COPY leaves the advisories as they were")
    func lostInCopy() async throws {
        try await TestDatabase.with { store in
            let small = document(flaws: 10)
            _ = try await importing(small, into: store)
            let tables = ["advisory_records", "advisory_ranges", "advisory_providers", "advisory_states"]
            var before: [String] = []
            for table in tables { before += try await store.contents(table) }
            let watch = Task {  // awaited below
                try await store.execute(
                    """
                    DO $$ BEGIN
                        FOR attempt IN 1..60000 LOOP
                            PERFORM pg_stat_clear_snapshot();
                            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE query LIKE 'COPY advisory%' AND state = 'active'
                                    AND datname = current_database() AND pid <> pg_backend_pid();
                            EXIT WHEN FOUND;
                            PERFORM pg_sleep(0.001);
                        END LOOP;
                    END $$
                    """
                )
            }
            let large = document(flaws: 40_000)
            let error = await #expect(throws: PostgresError.self) { _ = try await importing(large, into: store) }
            try await watch.value
            #expect(error?.isTransient == true)
            var after: [String] = []
            for table in tables { after += try await store.contents(table) }
            #expect(after == before)
            #expect(try await importing(large, into: store).hasChanged)
            #expect(try await store.scalar("SELECT count(*) FROM advisory_records") == 40_000)
        }
    }

    @Test("A step of the schema that is interrupted leaves nothing behind, and is taken the next time")
    func interruptedUpgrade() async throws {
        try await TestDatabase.withEmpty { store in
            _ = try await Migrations.apply(on: store.pool)
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run)
            // Back to the schema without one step, with what is in it.
            try await store.execute("ALTER TABLE tasks DROP COLUMN crashes, DROP COLUMN is_alone")
            try await store.execute("DELETE FROM schema_migrations WHERE name = 'm0010_worker_losses'")
            let upgrade = Task {  // awaited below
                let isHeld = """
                    SELECT count(*) FROM pg_locks WHERE relation = 'tasks'::regclass AND mode = 'ShareLock' AND granted
                    """
                while try await store.scalar(isHeld) == 0 { try await Task.sleep(for: .milliseconds(10)) }
                return try await Migrations.apply(on: store.pool)
            }
            try await store.pool.transaction { session in
                // The step waits for this lock when its server process is killed.
                _ = try session.execute("LOCK TABLE tasks IN SHARE MODE")
                _ = try session.execute(
                    """
                    DO $$ BEGIN
                        FOR attempt IN 1..3000 LOOP
                            PERFORM pg_stat_clear_snapshot();
                            PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE query LIKE '%ALTER TABLE tasks%' AND wait_event_type = 'Lock'
                                    AND datname = current_database() AND pid <> pg_backend_pid();
                            EXIT WHEN FOUND;
                            PERFORM pg_sleep(0.01);
                        END LOOP;
                    END $$
                    """
                )
            }
            let result = await upgrade.result
            #expect(throws: PostgresError.self) { try result.get() }
            let recorded = "SELECT count(*) FROM schema_migrations WHERE name = 'm0010_worker_losses'"
            #expect(try await store.scalar(recorded) == 0)
            #expect(try await Migrations.apply(on: store.pool) == ["m0010_worker_losses"])
            try await Migrations.check(on: store.pool)
            #expect(try await store.scalar("SELECT count(*) FROM tasks WHERE crashes = 0 AND NOT is_alone") == 2)
            #expect(try await store.scalar("SELECT count(*) FROM inventories") == 1)
        }
    }

    @Test("An image with a hundred thousand findings has them all in the report")
    func manyFindings() async throws {
        try await TestDatabase.with { store in
            let packages = (0..<10_000).map { (name: "package-\($0)", version: "1") }
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            try await store.work(on: run, packages: packages)
            try await store.execute(
                """
                INSERT INTO vulnerabilities (name, aliases, is_kev, summary)
                SELECT 'CVE-2024-' || number, '{}', false, 's' FROM generate_series(10000, 10009) AS number
                """
            )
            try await store.execute(
                """
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT packages.id, vulnerabilities.id, 'high', 'fixed', '{2}', 'debian', now(), 1
                FROM packages CROSS JOIN vulnerabilities
                """
            )
            try await store.finish(run: run.id, state: .done, reason: nil, workers: 1)
            let report = try await store.fleetReport(run: run.id, since: nil)
            #expect(report.totals.findings == 100_000 && report.vulnerabilities.count == 10)
            let count = Mutex(0)
            try await store.forEachFinding(run: run.id) { _ in count.withLock { $0 += 1 } }
            #expect(count.withLock { $0 } == 100_000)
            let files = try NightlyReport.files(report, run: try await store.summary(run: run.id))
            #expect(files.count > 5)
        }
    }

    private func document(flaws count: Int) -> String {
        let members = (0..<count).map {
            #""p\#($0)":{"CVE-2024-\#(10_000 + $0)":{"description":"d","releases":{"bookworm":{"status":"open"}}}}"#
        }
        return "{\(members.joined(separator: ","))}"
    }

    private func importing(_ document: String, into store: Store) async throws -> FleetImport {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        try Data(document.utf8).write(to: folder.appending(path: "debian.json"))
        return try await store.importAdvisories(try AdvisoryImport(paths: [folder.path])) { _ in }
    }
}
