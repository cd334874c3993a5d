import Foundation
import Postgres
import Store

extension StoreBenchmark {
    /// The fleet's own tables; the server's catalogues do not grow with it.
    private static let tables = "relkind = 'r' AND relnamespace = 'public'::regnamespace"

    func sizes(_ figure: Report) async throws {
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
    func retention(
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
}
