package import FleetAPI
import Postgres
package import Reports
import ScanModel

extension Store {
    /// The nightly report of a run's fleet, as the database stands: one snapshot, a handful of set-based queries.
    ///
    /// Whether an image was analysed in this run or reused from an earlier one is the run's affair; here both are
    /// covered, so that the same fleet gives the same report. Exceptions count as of `day` (`YYYY-MM-DD`), which is the
    /// one on which the run ended where none is given: no clock is asked.
    package func fleetReport(run: Int, since previous: Int?, asOf day: String? = nil) async throws -> FleetReport {
        try await pool.transaction(attempts: 3, isolation: .repeatableRead) { session in
            try ReportTables.create(run: run, session)
            var rows = try FleetRowsQuery(
                session,
                asOf: try day ?? Self.lastDay(of: run, session),
                since: try previous.map { try Self.lastDay(of: $0, session) }
            )
            let images = try rows.images()
            return FleetReport(
                advisories: try Self.builds(session),
                totals: try rows.totals(images),
                images: images,
                vulnerabilities: try rows.vulnerabilities(),
                packages: try rows.packages(),
                coverage: try rows.coverage(),
                failures: try rows.failures(run: run),
                distros: FleetRowsQuery.distros(images, endsOfSupport: try Self.endsOfSupport(session)),
                delta: try previous.map { try rows.delta(of: run, since: $0) }
            )
        }
    }

    /// Streams every finding of a run's fleet in report order: a batch of images at a time.
    ///
    /// Exceptions count as in ``fleetReport(run:since:asOf:)``.
    package func forEachFinding(
        run: Int,
        asOf day: String? = nil,
        _ body: @Sendable ([String]) throws -> Void
    ) async throws {
        try await exportFindings(run: run, asOf: day) { found in
            try body(
                FindingsCSV.fields(
                    image: found.image,
                    digest: found.digest,
                    platform: found.platform,
                    found.finding
                )
            )
        }
    }

    /// The same with each finding as a value; `body` is called on the connection's own thread and may wait.
    package func exportFindings(
        run: Int,
        asOf day: String? = nil,
        _ body: @Sendable (ExportedFinding) throws -> Void
    ) async throws {
        try await pool.transaction(attempts: 1, isolation: .repeatableRead) { session in
            try ReportTables.create(run: run, session)
            let query = try FleetRowsQuery(session, asOf: try day ?? Self.lastDay(of: run, session))
            let count = try session.count("SELECT count(*) FROM report_images")
            for start in stride(from: 0, to: count, by: Self.imageBatch) {
                let range: [PostgresValue] = [.int(start), .int(start + Self.imageBatch - 1)]
                for row in try session.execute(FleetRowsQuery.findings, range) {
                    try body(
                        ExportedFinding(
                            image: try row.string(0),
                            digest: try row.string(1),
                            platform: try row.string(2),
                            finding: try query.finding(row, from: 3)
                        )
                    )
                }
            }
        }
    }

    /// Images whose findings are in memory together.
    static let imageBatch = 50

    /// The day (UTC) on which a run ended, `YYYY-MM-DD`; the present one for a run that goes on.
    package func lastDay(of run: Int) async throws -> String {
        try await pool.run { try Self.lastDay(of: run, $0) }
    }

    static func lastDay(of run: Int, _ session: PostgresSession) throws -> String {
        let row = try session.execute(
            """
            SELECT to_char(coalesce((SELECT finished_at FROM runs WHERE id = $1), now()) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
            """,
            [.int(run)]
        ).first
        guard let day = try row?.string(0) else { throw StoreError(.damaged, "run \(run) has no day") }
        return day
    }

    /// The newest finished run over a fleet, of all or before `run`, whose fleet it can be compared with; of those that were
    /// done by the end of `day` (UTC), `YYYY-MM-DD`, where one is given.
    ///
    /// Runs of single images count where there is no other; a run over a fleet is never compared with one. Throws where
    /// `day` is no date.
    package func finishedRun(before run: Int?, byEndOf day: String? = nil) async throws -> Int? {
        try await pool.run { session in
            try session.execute(
                """
                SELECT id FROM runs
                WHERE state = 'done' AND origin = 'fleet' AND ($1::bigint IS NULL OR id < $1)
                    AND ($2::date IS NULL OR finished_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC')
                    AND (\(Self.coversFleet(of: "runs")) OR NOT EXISTS (
                        SELECT FROM runs AS compared WHERE compared.id = $1 AND \(Self.coversFleet(of: "compared"))))
                ORDER BY \(Self.coversFleet(of: "runs")) DESC, id DESC LIMIT 1
                """,
                [.int(run), .text(day)]
            ).first?.int(0)
        }
    }

    /// Whether a run looks at a registry or a repository: one of images alone, as a pipeline starts for what it has built,
    /// says nothing of the fleet.
    ///
    /// A target names an image where a tag or a digest comes after its first slash (``RegistryTarget``).
    static func coversFleet(of run: String) -> String {
        "EXISTS (SELECT FROM unnest(\(run).targets) AS target WHERE target !~ '/.*[:@]')"
    }

    static func builds(_ session: PostgresSession) throws -> [ProviderBuild] {
        try builds(session.execute(buildRows))
    }

    static let buildRows = """
        SELECT provider, build, records, reason
        FROM advisory_providers LEFT JOIN advisory_problems ON subject = provider ORDER BY provider
        """

    static func builds(_ rows: PostgresRows) throws -> [ProviderBuild] {
        try rows.map { row in
            ProviderBuild(
                provider: try row.string(0),
                build: try row.string(1),
                records: try row.int(2),
                problem: try row.optionalString(3)
            )
        }
    }
}
