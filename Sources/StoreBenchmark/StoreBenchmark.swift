import Advisories
import Foundation
import Postgres
import Reports
import ScanModel
package import Store

/// One figure beside its limit.
package struct BenchmarkFigure: Sendable, Codable {
    package var question: String
    package var measured: Double
    package var unit: String
    /// `nil` where the figure is for information.
    package var limit: Double?
    package var note: String

    package var isWithin: Bool { limit.map { measured <= $0 } ?? true }
}

/// Fills a database with a synthetic fleet and asks it what a fleet is asked.
package struct StoreBenchmark: Sendable {
    private static let samples = 200
    private static let deltaRecords = 1_000
    /// As of which exceptions count; there are none.
    private static let day = "2026-01-01"
    /// The fleet's own tables; the server's catalogues do not grow with it.
    private static let tables = "relkind = 'r' AND relnamespace = 'public'::regnamespace"

    private let store: Store
    private let size: FleetSize
    private let feeds: [String]
    private let cycles: Int
    private let isAnalysed: Bool
    private let isFilled: Bool
    private let progress: @Sendable (String) -> Void
    private let tell: @Sendable (BenchmarkFigure) -> Void

    package init(
        store: Store,
        size: FleetSize,
        feeds: [String],
        cycles: Int,
        isAnalysed: Bool = false,
        isFilled: Bool = false,
        progress: @escaping @Sendable (String) -> Void,
        tell: @escaping @Sendable (BenchmarkFigure) -> Void
    ) {
        self.store = store
        self.size = size
        self.feeds = feeds
        self.cycles = cycles
        self.isAnalysed = isAnalysed
        self.isFilled = isFilled
        self.progress = progress
        self.tell = tell
    }

    /// Runs everything on a database that has no schema yet, or all but filling and retention on the fleet of an earlier run;
    /// returns whether all figures are within their limits.
    package func run() async throws -> Bool {
        var isWithin = true
        func figure(_ question: String, _ measured: Double, _ unit: String, _ limit: Double?, _ note: String) {
            let figure = BenchmarkFigure(question: question, measured: measured, unit: unit, limit: limit, note: note)
            isWithin = isWithin && figure.isWithin
            tell(figure)
        }
        var plan: FleetPlan?
        if isFilled { _ = try await Migrations.apply(on: store.pool) } else { plan = try await fill(figure) }
        progress("matching everything")
        try await store.forgetMatching()
        var seconds = try await time { _ = try await store.rematch() }
        figure("full rematch", seconds, "s", 60, "")
        try await vacuum()
        for step in Delta.allCases {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "tallyman-delta-\(UInt64.random(in: 0...(.max)))"
            )
            defer { try? FileManager.default.removeItem(at: folder) }  // what is left is in the temporary folder
            try await write(step, into: folder)
            var note = ""
            var parts: [Double] = []
            seconds = try await time {
                let source = try AdvisoryImport(paths: [folder.path], provider: "delta")
                let start = ContinuousClock.now
                let change = try await store.importAdvisories(source) { _ in }
                parts.append((ContinuousClock.now - start) / .seconds(1))
                let summary = try await store.rematch(naming: 100_000)
                parts.append((ContinuousClock.now - start) / .seconds(1) - parts[0])
                let delta = try await store.delta(of: summary)
                note =
                    "import \(Self.text(parts[0])) s, matching \(Self.text(parts[1])) s, the rest the images of each change; "
                    + "\(change.changedRecords) records, \(summary.packages) packages; "
                    + "\(delta.new.count) new, \(delta.reopened.count) reopened, \(delta.fixed.count) fixed"
            }
            figure("delta of advisories, \(step.rawValue)", seconds, "s", 2, note)
        }
        try await questions(figure)
        try await sizes(figure)
        if cycles > 0, let plan { try await retention(plan, figure) }
        return isWithin
    }

    private func fill(_ figure: Report) async throws -> FleetPlan {
        guard
            try await store.pool.run({
                try $0.execute("SELECT to_regclass('schema_migrations') IS NULL").first?.bool(0)
            })
                == true
        else { throw BenchmarkError("the database has a schema already: name an empty one") }
        _ = try await Migrations.apply(on: store.pool)
        progress("importing advisories")
        let imported = try await store.importAdvisories(try AdvisoryImport(paths: feeds)) { _ in }
        progress("filling")
        let plan = FleetPlan(size)
        let filler = FleetFiller(store: store, size: size, isReadable: isAnalysed)
        var seconds = try await time { try await filler.fill(plan, daysAgo: 40) }
        let ids = plan.sets.reduce(0) { $0 + $1.packages.count }
        figure(
            "filling the fleet",
            seconds,
            "s",
            nil,
            "\(plan.images.count) images, \(plan.layers.count) layers, \(plan.sets.count) sets of \(ids) packages"
        )
        progress("matching everything")
        seconds = try await time {
            let summary = try await store.rematch()
            progress("\(summary.packages) package versions, \(summary.opened) matches")
        }
        figure("first match of all packages", seconds, "s", 60, "\(imported.changedRecords) records")
        return plan
    }

    private static func text(_ seconds: Double) -> String { seconds.formatted(.number.precision(.fractionLength(2))) }

    /// Takes a question, what was measured, its unit, the limit and a note.
    private typealias Report = (String, Double, String, Double?, String) -> Void

    private enum Delta: String, CaseIterable { case comes, goes, comesBack = "comes back" }

    /// Feeds of ``deltaRecords`` records about packages of the fleet: half from a distribution's tracker, half OSV; of
    /// those that go, every record but the first is missing.
    private func write(_ delta: Delta, into folder: URL) async throws {
        let half = Self.deltaRecords / 2
        func names(_ type: String, _ distro: String?) async throws -> [String] {
            try await store.pool.run { session in
                try session.execute(
                    """
                    SELECT DISTINCT packages.name FROM packages LEFT JOIN distros ON distros.id = distro
                    WHERE type = $1 AND distro_id || ':' || version_id IS NOT DISTINCT FROM $2 ORDER BY 1 LIMIT $3
                    """,
                    [.text(type), .text(distro), .int(half)]
                ).map { try $0.string(0) }
            }
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let debian = try await names("deb", "debian:12")
        let python = try await names("python", nil)
        let count = delta == .goes ? 1 : half
        var tracker: [String: [String: Any]] = [:]
        for number in 0..<count {
            let name = debian[number % debian.count]
            tracker[name, default: [:]]["CVE-2099-\(10_000 + number)"] = [
                "description": "made up", "releases": ["bookworm": ["status": "open", "urgency": "high"]],
            ]
        }
        try JSONSerialization.data(withJSONObject: tracker).write(to: folder.appending(path: "debian.json"))
        for number in 0..<count {
            let record: [String: Any] = [
                "id": "PYSEC-2099-\(number)", "aliases": ["CVE-2099-\(20_000 + number)"], "summary": "made up",
                "modified": "2026-01-01T00:00:00Z",
                "affected": [
                    [
                        "package": ["ecosystem": "PyPI", "name": python[number % python.count]],
                        "ranges": [["type": "ECOSYSTEM", "events": [["introduced": "0"], ["fixed": "5.0.0"]]]],
                    ]
                ],
            ]
            try JSONSerialization.data(withJSONObject: record)
                .write(to: folder.appending(path: "PYSEC-2099-\(number).json"))
        }
    }

    private func questions(_ figure: Report) async throws {
        progress("asking about vulnerabilities and images")
        let flaws = try await sample(
            """
            SELECT name FROM vulnerabilities WHERE id IN (
                SELECT vulnerability_id FROM package_vulnerabilities WHERE found_until IS NULL)
            ORDER BY md5(name) LIMIT \(Self.samples)
            """
        )
        var rows: [Int] = []
        var times: [Double] = []
        for flaw in flaws {
            var found = 0
            times.append(
                try await time {
                    found = try await store.vulnerabilityReport(flaw, asOf: Self.day)?.affected.count ?? 0
                } * 1000
            )
            rows.append(found)
        }
        report(
            "which images have this CVE",
            times,
            limit: 50,
            "\(rows.sorted()[rows.count / 2]) rows, at most \(rows.max() ?? 0)",
            figure
        )
        let images = try await sample(
            """
            SELECT '\(FleetFiller.host)/' || repositories.name || ':' || tags.name
            FROM tags JOIN repositories ON repositories.id = repository_id WHERE valid_until IS NULL
            ORDER BY md5(tags.digest) LIMIT \(Self.samples)
            """
        )
        (rows, times) = ([], [])
        for image in images {
            guard let reference = ImageReference(image) else { continue }
            var found = 0
            times.append(
                try await time { found = try await store.imageReport(reference, asOf: Self.day)?.findings.count ?? 0 }
                    * 1000
            )
            rows.append(found)
        }
        report(
            "an image's findings",
            times,
            limit: 10,
            "\(rows.sorted()[rows.count / 2]) rows, at most \(rows.max() ?? 0)",
            figure
        )
        progress("drawing the nightly report")
        guard let run = try await store.finishedRun(before: nil) else { return }
        let seconds = try await time { _ = try await store.fleetReport(run: run, since: nil) }
        figure("the nightly report's rows", seconds, "s", nil, "")
    }

    /// The median is held against the limit; the tail is told.
    private func report(
        _ question: String,
        _ times: [Double],
        limit: Double,
        _ note: String,
        _ figure: Report
    ) {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return }
        let tail = sorted[sorted.count * 95 / 100]
        figure(
            question,
            sorted[sorted.count / 2],
            "ms",
            limit,
            "95 % in \(tail.formatted(.number.precision(.fractionLength(1)))) ms; \(note)"
        )
    }

    private func sizes(_ figure: Report) async throws {
        try await vacuum()
        let tables = try await sample(
            """
            SELECT relname || ' ' || pg_total_relation_size(oid) / 1048576 || ' MiB' FROM pg_class
            WHERE \(Self.tables) ORDER BY pg_total_relation_size(oid) DESC LIMIT 12
            """
        )
        figure(
            "the whole fleet, tables and indexes",
            try await mebibytes(),
            "MiB",
            2048,
            tables.joined(separator: ", ")
        )
    }

    /// Nights in which a part of the tags is built anew, with all but the newest runs and images removed.
    private func retention(
        _ plan: FleetPlan,
        _ figure: Report
    ) async throws {
        var plan = plan
        let filler = FleetFiller(store: store, size: size)
        let share = max(1, size.repositories / 20)
        let settings = RetentionSettings(runDays: 3, imageDays: 3)
        var sizes: [Double] = []
        var longest = 0.0
        var removed = 0
        for cycle in 1...cycles {
            progress("night \(cycle) of \(cycles)")
            let half = max(1, size.repositories / 2)
            let first = (cycle - 1) * share % half + 1
            let night = FleetPlan(
                renewing: first...min(half, first + share - 1),
                of: plan,
                stream: 100 + cycle
            )
            try await store.pool.transaction(attempts: 1) { [cycle] session in
                _ = try session.execute("SET LOCAL statement_timeout = 0")
                try filler.write(night, daysAgo: 40 - cycle, session)
            }
            plan = plan.followed(by: night)
            let now = Date().addingTimeInterval(Double(cycle - 40) * 86_400)
            longest = max(
                longest,
                try await time { removed += try await store.retain(settings, now: now)?.manifests ?? 0 }
            )
            sizes.append(try await mebibytes())
        }
        let settled = sizes.dropFirst(sizes.count / 2)
        guard let last = settled.last, let first = settled.first else { return }
        figure(
            "growth over the last \(settled.count) of \(cycles) nights with retention",
            (last - first) / first * 100,
            "%",
            2,
            "\(removed) images removed; \(sizes.map { String(Int($0)) }.joined(separator: " ")) MiB; "
                + "longest pass \(longest.formatted(.number.precision(.fractionLength(1)))) s"
        )
    }

    private func mebibytes() async throws -> Double {
        Double(
            try await store.pool.run { session in
                try session.execute(
                    "SELECT (sum(pg_total_relation_size(oid)) / 1024)::bigint FROM pg_class WHERE \(Self.tables)"
                ).first?.int(0) ?? 0
            }
        ) / 1024
    }

    private func sample(_ sql: String) async throws -> [String] {
        try await store.pool.run { session in try session.execute(sql).map { try $0.string(0) } }
    }

    private func vacuum() async throws {
        try await store.pool.run { session in
            _ = try session.execute("SET statement_timeout = 0")
            _ = try session.execute("VACUUM (ANALYZE)")
            _ = try session.execute("RESET statement_timeout")
        }
    }

    private func time(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}

/// Why a benchmark cannot be run.
package struct BenchmarkError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
