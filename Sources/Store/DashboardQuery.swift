import Postgres
package import Reports

/// Figures for monitoring.
package struct FleetCounts: Sendable {
    package var tasks: [(kind: String, state: String, count: Int)] = []
    package var runs: [(state: String, count: Int)] = []
    package var images = 0
    package var packages = 0
    package var matches = 0
}

extension Store {
    /// Images on a page of the dashboard.
    private static let pageSize = 100

    /// The dashboard as of the run that the nightly report is about, or of the newest that has images where there is none:
    /// its totals, one page of its images, the newest runs.
    package func dashboard(page: Int, search: String, runs limit: Int) async throws -> DashboardModel {
        var summaries: [RunSummary] = []
        for run in try await recentRuns(limit: limit) { summaries.append(try await summary(run: run)) }
        let other = summaries.first { $0.state == Run.State.done.rawValue } ?? summaries.first { $0.images.found > 0 }
        guard let run = try await finishedRun(before: nil) ?? other.flatMap({ Int($0.run) }) else {
            let builds = try await pool.run { try Self.builds($0) }
            return DashboardModel(totals: FleetTotals(), advisories: builds, runs: summaries)
        }
        return try await pool.transaction(isolation: .repeatableRead) { [summaries] session in
            try ReportTables.create(run: run, session)
            let rows = try FleetRowsQuery(session, asOf: try Self.today(session))
            let images = try rows.images()
            let wanted = search.lowercased()
            let found = wanted.isEmpty ? images : images.filter { $0.reference.lowercased().contains(wanted) }
            let start = min((page - 1) * Self.pageSize, found.count)
            return DashboardModel(
                totals: try rows.totals(images),
                advisories: try Self.builds(session),
                runs: summaries,
                images: ImagePage(
                    images: Array(found[start..<min(start + Self.pageSize, found.count)]),
                    total: found.count,
                    page: page,
                    size: Self.pageSize,
                    search: search
                )
            )
        }
    }

    /// The present day (UTC), `YYYY-MM-DD`.
    static func today(_ session: PostgresSession) throws -> String {
        try session.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')").first?.string(0) ?? ""
    }

    /// How many tasks and runs there are, by their states, and what they have come to.
    package func counts() async throws -> FleetCounts {
        try await pool.run { session in
            var counts = FleetCounts()
            counts.tasks = try session.execute(
                "SELECT kind, state, count(*) FROM tasks GROUP BY 1, 2 ORDER BY 1, 2"
            ).map { (try $0.string(0), try $0.string(1), try $0.int(2)) }
            counts.runs = try session.execute("SELECT state, count(*) FROM runs GROUP BY 1 ORDER BY 1")
                .map { (try $0.string(0), try $0.int(1)) }
            counts.images = try session.count(
                "SELECT count(DISTINCT manifest_id) FROM tags WHERE valid_until IS NULL"
            )
            counts.packages = try session.count("SELECT count(*) FROM packages")
            counts.matches = try session.count("SELECT count(*) FROM package_vulnerabilities WHERE found_until IS NULL")
            return counts
        }
    }
}
