import Advisories
import Foundation
import Postgres

/// Writes normalised advisories into PostgreSQL, batch by batch through COPY.
///
/// Each provider has a savepoint: one that fails, or that says what it said before, keeps its rows.
struct FleetAdvisorySink: AdvisorySink {
    private let session: PostgresSession
    private let encoder = JSONEncoder()
    private var provider = ""
    private var previousBuild: String?
    private var firstRecord: Int64
    private var nextRecord: Int64
    /// Scores that came since `begin`; of several about one CVE the last counts.
    private var scores = 0
    private(set) var hasChanged = false

    init(_ session: PostgresSession) throws {
        self.session = session
        firstRecord = Int64(try session.count("SELECT coalesce(max(id), 0) + 1 FROM advisory_records"))
        nextRecord = firstRecord
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// `nil` where the text is of another version; the files are then read anew.
    static func summary(_ text: String?) -> ProviderImport? {
        guard let text else { return nil }
        return try? JSONDecoder().decode(ProviderImport.self, from: Data(text.utf8))  // As said.
    }

    func known(provider: String) throws -> ProviderImport? {
        let rows = try session.execute(
            "SELECT summary FROM advisory_providers WHERE provider = $1",
            [.text(provider)]
        )
        return Self.summary(try rows.first?.optionalString(0))
    }

    func receipts() throws -> [FeedReceipt] {
        try session.execute("SELECT receipt FROM advisory_inputs ORDER BY name").compactMap { row in
            let text = try row.string(0)
            return try? JSONDecoder().decode(FeedReceipt.self, from: Data(text.utf8))  // Another version's is no use.
        }
    }

    mutating func begin(provider: String) throws {
        self.provider = provider
        firstRecord = nextRecord
        scores = 0
        previousBuild = try session.execute(
            "SELECT build FROM advisory_providers WHERE provider = $1",
            [.text(provider)]
        ).first?.string(0)
        try session.script("SAVEPOINT provider")
        for table in ["advisory_records", "advisory_ranges", "advisory_enrichment", "advisory_support", "advisory_kev"]
        {
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

    /// Most scores stay the same from day to day: they are compared with those that are there when all have come.
    mutating func append(epss scores: [EPSSScore]) throws {
        if self.scores == 0 {
            try session.script(
                """
                CREATE TEMPORARY TABLE given_epss (place bigint, cve text, score float8, percentile float8)
                ON COMMIT DROP
                """
            )
        }
        let first = self.scores
        self.scores += scores.count
        _ = try session.copyIn(
            "COPY given_epss (place, cve, score, percentile) FROM STDIN",
            rows: scores.enumerated().map { index, score in
                [
                    .int(first + index), .text(StorableText.clean(score.cve)), .double(score.score),
                    score.percentile.map { .double($0) } ?? .null,
                ]
            }
        )
    }

    private func mergeScores() throws {
        guard scores > 0 else { return }
        try session.script("ANALYZE given_epss")
        _ = try session.execute(
            """
            DELETE FROM advisory_epss WHERE provider = $1
                AND NOT EXISTS (SELECT FROM given_epss WHERE given_epss.cve = advisory_epss.cve)
            """,
            [.text(provider)]
        )
        _ = try session.execute(
            """
            INSERT INTO advisory_epss (cve, score, percentile, provider)
            SELECT DISTINCT ON (cve) cve, score, percentile, $1 FROM given_epss ORDER BY cve, place DESC
            ON CONFLICT (cve) DO UPDATE SET score = excluded.score, percentile = excluded.percentile,
                provider = excluded.provider
            WHERE (advisory_epss.score, advisory_epss.percentile, advisory_epss.provider)
                IS DISTINCT FROM (excluded.score, excluded.percentile, excluded.provider)
            """,
            [.text(provider)]
        )
        try session.script("DROP TABLE given_epss")
    }

    mutating func append(kev entries: [KEVEntry]) throws {
        let sorted = Dictionary(entries.map { ($0.cve, $0) }) { $1 }.values.sorted { $0.cve < $1.cve }
        _ = try session.execute(
            """
            INSERT INTO advisory_kev (cve, payload, provider)
            SELECT cve, payload, $1 FROM unnest($2::text[], $3::text[]) AS given(cve, payload)
            ON CONFLICT (cve) DO UPDATE SET payload = excluded.payload, provider = excluded.provider
            """,
            [.text(provider), .textArray(sorted.map(\.cve)), .textArray(try sorted.map { try json($0) })]
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
        guard summary.build != previousBuild else {
            try abandon()
            _ = try session.execute(
                "UPDATE advisory_providers SET summary = $2 WHERE provider = $1 AND summary IS DISTINCT FROM $2",
                [.text(summary.provider), .text(try json(summary))]
            )
            return
        }
        try mergeScores()
        hasChanged = true
        _ = try session.execute(
            """
            INSERT INTO advisory_providers (provider, build, records, skipped, summary) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (provider) DO UPDATE SET build = excluded.build, records = excluded.records,
                skipped = excluded.skipped, summary = excluded.summary, imported_at = now()
            """,
            [
                .text(summary.provider), .text(summary.build), .int(summary.records), .int(summary.skipped),
                .text(try json(summary)),
            ]
        )
        try session.script("RELEASE SAVEPOINT provider")
    }

    mutating func abandon() throws {
        try session.script("ROLLBACK TO SAVEPOINT provider; RELEASE SAVEPOINT provider")
        nextRecord = firstRecord
    }

    mutating func conclude(_ outcome: ImportOutcome) throws {
        _ = try session.execute(
            """
            INSERT INTO advisory_inputs (name, receipt) SELECT * FROM unnest($1::text[], $2::text[])
            ON CONFLICT (name) DO UPDATE SET receipt = excluded.receipt
            WHERE advisory_inputs.receipt <> excluded.receipt
            """,
            [
                .textArray(outcome.receipts.map { StorableText.clean($0.name) }),
                .textArray(try outcome.receipts.map { try json($0) }),
            ]
        )
        _ = try session.execute(
            "DELETE FROM advisory_problems WHERE subject = ANY($1)",
            [.textArray(outcome.settled.sorted().map(StorableText.clean))]
        )
        for problem in outcome.problems {
            _ = try session.execute(
                """
                INSERT INTO advisory_problems (subject, reason) VALUES ($1, $2)
                ON CONFLICT (subject) DO UPDATE SET reason = excluded.reason
                WHERE advisory_problems.reason <> excluded.reason
                """,
                [.text(StorableText.clean(problem.subject)), .text(StorableText.clean(problem.reason))]
            )
        }
    }

    private func json(_ value: some Encodable) throws -> String {
        StorableText.clean(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
