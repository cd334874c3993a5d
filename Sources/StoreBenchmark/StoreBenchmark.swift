import Advisories
import Foundation
import Postgres
import Reports
package import Store

/// Fills a database with a synthetic fleet and asks it what a fleet is asked.
package struct StoreBenchmark: Sendable {
    let store: Store
    let size: FleetSize
    private let feeds: [String]
    let cycles: Int
    private let isAnalysed: Bool
    private let isFilled: Bool
    let progress: @Sendable (String) -> Void
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
    typealias Report = (String, Double, String, Double?, String) -> Void

    func sample(_ sql: String) async throws -> [String] {
        try await store.pool.run { session in try session.execute(sql).map { try $0.string(0) } }
    }

    func vacuum() async throws {
        try await store.pool.run { session in
            _ = try session.execute("SET statement_timeout = 0")
            _ = try session.execute("VACUUM (ANALYZE)")
            _ = try session.execute("RESET statement_timeout")
        }
    }

    func time(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
