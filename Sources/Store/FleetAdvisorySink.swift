import Advisories
import Crypto
import Foundation
import Matching
import Postgres

/// Writes normalised advisories into PostgreSQL: what is there stays, the rest comes batch by batch through COPY.
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
    /// The provider's records in the database that this import has not met yet, by what they say.
    private var unmet: [[UInt8]: Int64] = [:]
    /// What the provider's records in the database, and those of this import, say.
    private var present: Set<[UInt8]> = []
    private var exploited: [String: KEVEntry] = [:]
    private var hasEnrichments = false
    /// What the provider changes, to be added to ``changes`` when it is finished.
    private var pending = AdvisoryChanges()
    private(set) var changes = AdvisoryChanges()
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
        exploited = [:]
        hasEnrichments = false
        pending = AdvisoryChanges()
        previousBuild = try session.execute(
            "SELECT build FROM advisory_providers WHERE provider = $1",
            [.text(provider)]
        ).first?.string(0)
        unmet = [:]
        // Records of before there were fingerprints are met by none and replaced.
        for row in try session.execute(
            "SELECT id, coalesce(fingerprint, int8send(id)) FROM advisory_records WHERE provider = $1",
            [.text(provider)]
        ) { unmet[try row.bytes(1)] = Int64(try row.int(0)) }
        present = Set(unmet.keys)
        try session.script("SAVEPOINT provider")
        _ = try session.execute("DELETE FROM advisory_support WHERE provider = $1", [.text(provider)])
    }

    mutating func append(_ records: [AdvisoryRecord]) throws {
        var rows: [[PostgresValue]] = []
        var ranges: [[PostgresValue]] = []
        for record in records {
            let fingerprint = Array(SHA256.hash(data: try encoder.encode(record)).prefix(16))
            unmet[fingerprint] = nil
            guard present.insert(fingerprint).inserted else { continue }
            var bare = record
            bare.affected = []
            rows.append([
                .int(nextRecord), .text(provider), .text(record.id), .text(try json(bare)), .bytes(fingerprint),
            ])
            // A withdrawn record can be looked up, and has nothing that could match.
            for range in record.isWithdrawn ? [] : record.affected {
                ranges.append([
                    .int(nextRecord), .text(provider), .text(StorableText.clean(range.ecosystem)),
                    .text(StorableText.clean(range.package)),
                    .text(try json(range)),
                ])
                pending.keys.insert(PackageKey(ecosystem: range.ecosystem, name: range.package))
            }
            nextRecord += 1
        }
        pending.records += rows.count
        guard !rows.isEmpty else { return }
        _ = try session.copyIn(
            "COPY advisory_records (id, provider, record, payload, fingerprint) FROM STDIN",
            rows: rows
        )
        _ = try session.copyIn(
            "COPY advisory_ranges (record_id, provider, ecosystem, package, payload) FROM STDIN",
            rows: ranges
        )
    }

    /// Removes the records that the provider does not state any more.
    private mutating func removeUnmet() throws {
        pending.records += unmet.count
        guard !unmet.isEmpty else { return }
        let ids = PostgresValue.int64Array(unmet.values.sorted())
        for row in try session.execute(
            """
            WITH removed AS (DELETE FROM advisory_ranges WHERE record_id = ANY($1) RETURNING ecosystem, package)
            SELECT DISTINCT ecosystem, package FROM removed
            """,
            [ids]
        ) { pending.keys.insert(PackageKey(ecosystem: try row.string(0), name: try row.string(1))) }
        _ = try session.execute("DELETE FROM advisory_records WHERE id = ANY($1)", [ids])
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

    private mutating func mergeScores() throws {
        guard scores > 0 else { return }
        try session.script("ANALYZE given_epss")
        let removed = try session.execute(
            """
            DELETE FROM advisory_epss WHERE provider = $1
                AND NOT EXISTS (SELECT FROM given_epss WHERE given_epss.cve = advisory_epss.cve)
            """,
            [.text(provider)]
        ).affected
        let written = try session.execute(
            """
            INSERT INTO advisory_epss (cve, score, percentile, provider)
            SELECT DISTINCT ON (cve) cve, score, percentile, $1 FROM given_epss ORDER BY cve, place DESC
            ON CONFLICT (cve) DO UPDATE SET score = excluded.score, percentile = excluded.percentile,
                provider = excluded.provider
            WHERE (advisory_epss.score, advisory_epss.percentile, advisory_epss.provider)
                IS DISTINCT FROM (excluded.score, excluded.percentile, excluded.provider)
            """,
            [.text(provider)]
        ).affected
        pending.hasScores = removed + written > 0
        try session.script("DROP TABLE given_epss")
    }

    mutating func append(kev entries: [KEVEntry]) throws {
        for entry in entries { exploited[StorableText.clean(entry.cve)] = entry }
    }

    /// Replaces what the provider lists as exploited where it is not the same.
    private mutating func takeExploited() throws {
        let sorted = exploited.sorted { $0.key < $1.key }
        for row in try session.execute(
            """
            WITH removed AS (
                DELETE FROM advisory_kev WHERE provider = $1 AND NOT cve = ANY($2::text[]) RETURNING cve
            ), written AS (
                INSERT INTO advisory_kev (cve, payload, provider)
                SELECT cve, payload, $1::text FROM unnest($2::text[], $3::text[]) AS given(cve, payload)
                ON CONFLICT (cve) DO UPDATE SET payload = excluded.payload, provider = excluded.provider
                WHERE (advisory_kev.payload, advisory_kev.provider) IS DISTINCT FROM (excluded.payload, excluded.provider)
                RETURNING cve
            )
            SELECT cve FROM removed UNION SELECT cve FROM written
            """,
            [.text(provider), .textArray(sorted.map(\.key)), .textArray(try sorted.map { try json($0.value) })]
        ) { pending.cves.insert(try row.string(0)) }
    }

    mutating func append(enrichments: [CVEEnrichment]) throws {
        if !hasEnrichments {
            hasEnrichments = true
            try session.script(
                """
                CREATE TEMPORARY TABLE given_enrichment (cve text PRIMARY KEY, modified text NOT NULL,
                    payload text NOT NULL) ON COMMIT DROP
                """
            )
        }
        let newest = Dictionary(enrichments.map { ($0.cve, $0) }) { $1.replaces($0) ? $1 : $0 }
        let sorted = newest.values.sorted { $0.cve < $1.cve }
        _ = try session.execute(
            """
            INSERT INTO given_enrichment (cve, modified, payload)
            SELECT cve, modified, payload FROM unnest($1::text[], $2::text[], $3::text[])
                AS given(cve, modified, payload)
            ON CONFLICT (cve) DO UPDATE SET modified = excluded.modified, payload = excluded.payload
            WHERE excluded.modified COLLATE "C" >= given_enrichment.modified COLLATE "C"
            """,
            [
                .textArray(sorted.map(\.cve)), .textArray(sorted.map { $0.modified ?? "" }),
                .textArray(try sorted.map { try json($0) }),
            ]
        )
    }

    /// Replaces what the provider says about CVEs where it says something else now.
    private mutating func takeEnrichments() throws {
        guard hasEnrichments else {
            for row in try session.execute(
                "DELETE FROM advisory_enrichment WHERE provider = $1 RETURNING cve",
                [.text(provider)]
            ) { pending.cves.insert(try row.string(0)) }
            return
        }
        try session.script("ANALYZE given_enrichment")
        for row in try session.execute(
            """
            WITH removed AS (
                DELETE FROM advisory_enrichment WHERE provider = $1
                    AND NOT EXISTS (SELECT 1 FROM given_enrichment AS given WHERE given.cve = advisory_enrichment.cve)
                RETURNING cve
            ), written AS (
                INSERT INTO advisory_enrichment (cve, provider, modified, payload)
                SELECT cve, $1::text, modified, payload FROM given_enrichment ORDER BY cve
                ON CONFLICT (cve, provider) DO UPDATE SET modified = excluded.modified, payload = excluded.payload
                WHERE advisory_enrichment.payload <> excluded.payload
                RETURNING cve
            )
            SELECT cve FROM removed UNION SELECT cve FROM written
            """,
            [.text(provider)]
        ) { pending.cves.insert(try row.string(0)) }
        try session.script("DROP TABLE given_enrichment")
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
        try removeUnmet()
        try mergeScores()
        try takeExploited()
        try takeEnrichments()
        changes.add(pending)
        forget()
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
        forget()
    }

    private mutating func forget() {
        (unmet, present, exploited, pending) = ([:], [], [:], AdvisoryChanges())
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
            "UPDATE advisory_providers SET checked_at = now() WHERE provider = ANY($1)",
            [.textArray(outcome.settled.sorted().map(StorableText.clean))]
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
