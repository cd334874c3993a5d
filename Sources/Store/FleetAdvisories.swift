package import Advisories
import Foundation
import Postgres

/// What an import into the fleet's database came to.
package struct FleetImport: Sendable {
    package var report: ImportReport
    /// `false` where the database held just these builds already; then no advisory was written.
    package var hasChanged: Bool
    /// Records that came, went or were changed, which counts twice.
    package var changedRecords = 0
    /// Distinct packages that have to be matched again.
    package var touchedPackages = 0
    /// Whether so much changed that the planner has to know.
    var isLarge = false
}

/// The provider builds in the fleet's database; also a feed or file of which it holds nothing, for its problem.
package struct FleetProvider: Sendable {
    package var provider: String
    /// Empty where there is none.
    package var build: String
    package var records: Int
    package var importedAt: String
    /// The publisher's own date of the data, where it states one.
    package var date: String?
    /// Why the last attempt to renew it brought nothing, and since when.
    package var problem: String?
    package var problemSince: String?
}

extension Store {
    /// Imports feeds in one transaction: a failed import, or one that brings nothing new, leaves everything as it was.
    ///
    /// Only what differs from what is there is written, and only packages that it may touch wait to be matched.
    package func importAdvisories(
        _ source: AdvisoryImport,
        progress: @escaping @Sendable (AdvisoryImport.Progress) -> Void
    ) async throws -> FleetImport {
        let result = try await pool.transaction(attempts: 1) { session -> FleetImport in
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            _ = try session.execute("LOCK TABLE advisory_providers IN EXCLUSIVE MODE")
            let ecosystems = try AdvisoryChanges.ecosystems(session)
            var sink = try FleetAdvisorySink(session)
            let report = try source.run(into: &sink, progress: progress)
            guard sink.hasChanged else { return FleetImport(report: report, hasChanged: false) }
            // Waits for a batch of a matching pass: what that has matched by the old advisories is marked here.
            _ = try session.execute(
                """
                INSERT INTO advisory_states (builds)
                SELECT string_agg(provider || ':' || build, E'\\n' ORDER BY provider) FROM advisory_providers
                """
            )
            return FleetImport(
                report: report,
                hasChanged: true,
                changedRecords: sink.changes.records,
                touchedPackages: try sink.changes.mark(session, before: ecosystems),
                isLarge: sink.changes.isLarge
            )
        }
        // A night's few changes are left to the server's own analysis, which takes longer than matching them.
        guard result.isLarge else { return result }
        try await pool.run { session in
            try session.script(
                """
                ANALYZE advisory_records; ANALYZE advisory_ranges; ANALYZE advisory_epss;
                ANALYZE advisory_enrichment
                """
            )
        }
        return result
    }

    /// Remembers what became of fetching feeds when nothing is imported.
    package func noteFeeds(_ outcome: ImportOutcome) async throws {
        try await pool.transaction(attempts: 1) { session in
            var sink = try FleetAdvisorySink(session)
            try sink.conclude(outcome)
        }
    }

    /// The providers whose advisories the fleet has, and feeds of which there is only a problem.
    package func advisoryProviders() async throws -> [FleetProvider] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT coalesce(provider, subject), coalesce(build, ''), coalesce(records, 0),
                    coalesce(to_char(imported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
                    summary, reason, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM advisory_providers FULL JOIN advisory_problems ON subject = provider
                ORDER BY coalesce(provider, subject) COLLATE "C"
                """
            ).map { row in
                FleetProvider(
                    provider: try row.string(0),
                    build: try row.string(1),
                    records: try row.int(2),
                    importedAt: try row.string(3),
                    date: FleetAdvisorySink.summary(try row.optionalString(4))?.date,
                    problem: try row.optionalString(5),
                    problemSince: try row.optionalString(6)
                )
            }
        }
    }
}
