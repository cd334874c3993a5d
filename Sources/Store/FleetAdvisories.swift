package import Advisories
import Foundation
import Postgres

/// What an import into the fleet's database came to.
package struct FleetImport: Sendable {
    package var report: ImportReport
    /// `false` where the database held just these builds already; then nothing was written.
    package var hasChanged: Bool
}

/// The provider builds in the fleet's database.
package struct FleetProvider: Sendable {
    package var provider: String
    package var build: String
    package var records: Int
    package var importedAt: String
}

extension Store {
    /// Imports feeds in one transaction: a failed import, or one that brings nothing new, leaves everything as it was.
    package func importAdvisories(
        _ source: AdvisoryImport,
        progress: @escaping @Sendable (AdvisoryImport.Progress) -> Void
    ) async throws -> FleetImport {
        do {
            let report = try await pool.transaction(attempts: 1) { session -> ImportReport in
                _ = try session.execute("SET LOCAL statement_timeout = 0")
                _ = try session.execute("LOCK TABLE advisory_providers IN EXCLUSIVE MODE")
                var sink = try FleetAdvisorySink(session)
                let report = try source.run(into: &sink, progress: progress)
                guard sink.hasChanged else { throw Unchanged(report: report) }
                _ = try session.execute(
                    """
                    INSERT INTO advisory_states (builds)
                    SELECT string_agg(provider || ':' || build, E'\\n' ORDER BY provider) FROM advisory_providers
                    """
                )
                return report
            }
            try await pool.run { session in
                try session.script(
                    """
                    ANALYZE advisory_records; ANALYZE advisory_ranges; ANALYZE advisory_epss;
                    ANALYZE advisory_enrichment
                    """
                )
            }
            return FleetImport(report: report, hasChanged: true)
        } catch let unchanged as Unchanged {
            return FleetImport(report: unchanged.report, hasChanged: false)
        }
    }

    private struct Unchanged: Error { let report: ImportReport }

    package func advisoryProviders() async throws -> [FleetProvider] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT provider, build, records,
                    to_char(imported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM advisory_providers ORDER BY provider
                """
            ).map { row in
                FleetProvider(
                    provider: try row.string(0),
                    build: try row.string(1),
                    records: try row.int(2),
                    importedAt: try row.string(3)
                )
            }
        }
    }
}

/// Writes normalised advisories into PostgreSQL, batch by batch through COPY.
struct FleetAdvisorySink: AdvisorySink {
    private let session: PostgresSession
    private let encoder = JSONEncoder()
    private var provider = ""
    private var previousBuild: String?
    private var nextRecord: Int64
    private(set) var hasChanged = false

    init(_ session: PostgresSession) throws {
        self.session = session
        nextRecord = Int64(try session.count("SELECT coalesce(max(id), 0) + 1 FROM advisory_records"))
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    mutating func begin(provider: String) throws {
        self.provider = provider
        previousBuild = try session.execute(
            "SELECT build FROM advisory_providers WHERE provider = $1",
            [.text(provider)]
        ).first?.string(0)
        for table in ["advisory_records", "advisory_ranges", "advisory_enrichment", "advisory_support"] {
            _ = try session.execute("DELETE FROM \(table) WHERE provider = $1", [.text(provider)])
        }
    }

    mutating func append(_ records: [AdvisoryRecord]) throws {
        var rows: [[PostgresValue]] = []
        var ranges: [[PostgresValue]] = []
        for record in records {
            var bare = record
            bare.affected = []
            rows.append([.int(nextRecord), .text(provider), .text(record.id), .text(try json(bare))])
            // A withdrawn record can be looked up, and has nothing that could match.
            for range in record.isWithdrawn ? [] : record.affected {
                ranges.append([
                    .int(nextRecord), .text(provider), .text(range.ecosystem), .text(range.package),
                    .text(try json(range)),
                ])
            }
            nextRecord += 1
        }
        _ = try session.copyIn("COPY advisory_records (id, provider, record, payload) FROM STDIN", rows: rows)
        _ = try session.copyIn(
            "COPY advisory_ranges (record_id, provider, ecosystem, package, payload) FROM STDIN",
            rows: ranges
        )
    }

    mutating func append(epss scores: [EPSSScore]) throws {
        let sorted = Dictionary(scores.map { ($0.cve, $0) }) { $1 }.values.sorted { $0.cve < $1.cve }
        _ = try session.execute(
            """
            INSERT INTO advisory_epss (cve, score, percentile)
            SELECT cve, score, nullif(percentile, -1)
            FROM unnest($1::text[], $2::float8[], $3::float8[]) AS given(cve, score, percentile)
            ON CONFLICT (cve) DO UPDATE SET score = excluded.score, percentile = excluded.percentile
            """,
            [
                .textArray(sorted.map(\.cve)), .doubleArray(sorted.map(\.score)),
                .doubleArray(sorted.map { $0.percentile ?? -1 }),
            ]
        )
    }

    mutating func append(kev entries: [KEVEntry]) throws {
        let sorted = Dictionary(entries.map { ($0.cve, $0) }) { $1 }.values.sorted { $0.cve < $1.cve }
        _ = try session.execute(
            """
            INSERT INTO advisory_kev (cve, payload) SELECT * FROM unnest($1::text[], $2::text[])
            ON CONFLICT (cve) DO UPDATE SET payload = excluded.payload
            """,
            [.textArray(sorted.map(\.cve)), .textArray(try sorted.map { try json($0) })]
        )
    }

    mutating func append(enrichments: [CVEEnrichment]) throws {
        let newest = Dictionary(enrichments.map { ($0.cve, $0) }) { $1.replaces($0) ? $1 : $0 }
        let sorted = newest.values.sorted { $0.cve < $1.cve }
        _ = try session.execute(
            """
            INSERT INTO advisory_enrichment (cve, provider, modified, payload)
            SELECT cve, $1, modified, payload FROM unnest($2::text[], $3::text[], $4::text[])
                AS given(cve, modified, payload)
            ON CONFLICT (cve, provider) DO UPDATE SET modified = excluded.modified, payload = excluded.payload
            WHERE excluded.modified COLLATE "C" >= advisory_enrichment.modified COLLATE "C"
            """,
            [
                .text(provider), .textArray(sorted.map(\.cve)), .textArray(sorted.map { $0.modified ?? "" }),
                .textArray(try sorted.map { try json($0) }),
            ]
        )
    }

    mutating func append(support statements: [SupportStatement]) throws {
        _ = try session.copyIn(
            "COPY advisory_support (ecosystem, provider, payload) FROM STDIN",
            rows: try statements.map { [.text($0.ecosystem), .text(provider), .text(try json($0))] }
        )
    }

    mutating func finish(_ summary: ProviderImport) throws {
        guard summary.build != previousBuild else { return }
        hasChanged = true
        _ = try session.execute(
            """
            INSERT INTO advisory_providers (provider, build, records, skipped) VALUES ($1, $2, $3, $4)
            ON CONFLICT (provider) DO UPDATE SET build = excluded.build, records = excluded.records,
                skipped = excluded.skipped, imported_at = now()
            """,
            [.text(summary.provider), .text(summary.build), .int(summary.records), .int(summary.skipped)]
        )
    }

    private func json(_ value: some Encodable) throws -> String {
        StorableText.clean(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
