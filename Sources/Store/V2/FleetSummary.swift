package import FleetAPI
import Postgres
import Reports
import ScanModel
import VEX

extension Store {
    /// The fleet in figures.
    package func fleetSummary() async throws -> APIFleet {
        let counts = try await counts()
        return try await pool.run { session in
            var severities = SeverityCounts()
            for row in try session.execute(
                """
                SELECT worst, count(*) FROM (
                    SELECT max(\(Self.severityRank)) AS worst FROM package_vulnerabilities
                    WHERE found_until IS NULL GROUP BY vulnerability_id) AS flaws
                WHERE worst IS NOT NULL GROUP BY 1
                """
            ) {
                let rank = try row.int(0)
                guard let severity = Severity.allCases.first(where: { $0.rank == rank }) else { continue }
                severities[severity] = try row.int(1)
            }
            return APIFleet(
                images: counts.images,
                packages: counts.packages,
                vulnerabilities: severities,
                runs: counts.runs.map { APIFleet.Count(name: $0.state, count: $0.count) },
                tasks: counts.tasks.map { APIFleet.Count(name: "\($0.kind) \($0.state)", count: $0.count) },
                exceptions: try session.count("SELECT count(*) FROM exceptions"),
                newest: try session.execute("SELECT \(Self.listedRunColumns) FROM runs ORDER BY id DESC LIMIT 1")
                    .first.map(Self.listedRun)
            )
        }
    }

    /// Exceptions by number; `nil` filters do not count.
    package func exceptions(
        vulnerability: String?,
        hasEnded: Bool?,
        _ page: PageRequest
    ) async throws -> Page<APIException> {
        let after = try page.number(0, otherwise: 0)
        let rows = try await pool.run { session in
            let day = try Self.today(session)
            return try session.execute(
                """
                SELECT \(Self.exceptionColumns) FROM exceptions
                WHERE id > $1 AND ($2::text IS NULL OR vulnerability = $2)
                    AND ($3::boolean IS NULL OR coalesce(expires < $4, false) = $3)
                ORDER BY id LIMIT $5
                """,
                [
                    .int(after), .text(vulnerability), hasEnded.map { .bool($0) } ?? .null, .text(day),
                    .int(page.limit + 1),
                ]
            ).map { try Self.listedException($0, day) }
        }
        return Page(rows, limit: page.limit) { ["\($0.number)"] }
    }

    /// The exception of this number.
    package func exception(_ number: Int) async throws -> APIException? {
        try await pool.run { session in
            let day = try Self.today(session)
            return try session.execute("SELECT \(Self.exceptionColumns) FROM exceptions WHERE id = $1", [.int(number)])
                .first.map { try Self.listedException($0, day) }
        }
    }

    private static let exceptionColumns =
        "\(ExceptionColumns.list), id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

    private static func listedException(_ row: PostgresRow, _ day: String) throws -> APIException {
        let exception = try ExceptionColumns.exception(row)
        return APIException(
            number: try row.int(ExceptionColumns.count),
            vulnerability: exception.id,
            package: exception.package,
            images: exception.images,
            reason: exception.reason,
            justification: exception.justification,
            author: exception.author,
            expires: exception.expires,
            source: exception.source,
            created: try row.string(ExceptionColumns.count + 1),
            hasEnded: exception.hasExpired(by: day)
        )
    }
}
