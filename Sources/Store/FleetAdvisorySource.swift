import Advisories
import Matching
import Postgres

/// The advisories in the fleet's database, as the session's transaction sees them.
struct FleetAdvisorySource: AdvisorySource {
    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func candidates(for keys: [PackageKey]) throws -> [PackageKey: [Candidate]] {
        guard !keys.isEmpty else { return [:] }
        let rows = try session.execute(
            """
            SELECT ecosystem, package, record_id, payload
            FROM unnest($1::text[], $2::text[]) AS wanted(ecosystem, package)
                JOIN advisory_ranges USING (ecosystem, package)
            ORDER BY record_id
            """,
            [.textArray(keys.map(\.ecosystem)), .textArray(keys.map(\.name))]
        )
        let found = try Self.decoded(rows) { row in
            let candidate = Candidate(record: Int64(try row.int(2)), range: try StoredAdvisory.range(try row.string(3)))
            return (key: PackageKey(ecosystem: try row.string(0), name: try row.string(1)), candidate: candidate)
        }
        var candidates: [PackageKey: [Candidate]] = [:]
        for (key, candidate) in found { candidates[key, default: []].append(candidate) }
        return candidates
    }

    func records(_ numbers: Set<Int64>) throws -> [Int64: AdvisoryRecord] {
        guard !numbers.isEmpty else { return [:] }
        let rows = try session.execute(
            "SELECT id, payload FROM advisory_records WHERE id = ANY($1)",
            [.int64Array(numbers.sorted())]
        )
        let records = try Self.decoded(rows) { (Int64(try $0.int(0)), try StoredAdvisory.record(try $0.string(1))) }
        return Dictionary(records) { _, last in last }
    }

    func known(releases: Set<String>) throws -> Set<String> {
        let rows = try session.executeKept(
            """
            SELECT release FROM unnest($1::text[]) AS wanted(release)
            WHERE EXISTS (SELECT 1 FROM advisory_ranges WHERE ecosystem = release)
            """,
            [.textArray(releases.sorted())]
        )
        return Set(try rows.map { try $0.string(0) })
    }

    func epss(_ cves: Set<String>) throws -> [String: EPSSScore] {
        var scores: [String: EPSSScore] = [:]
        for row in try session.execute(
            "SELECT cve, score, percentile FROM advisory_epss WHERE cve = ANY($1)",
            [.textArray(cves.sorted())]
        ) {
            let cve = try row.string(0)
            scores[cve] = EPSSScore(cve: cve, score: try row.double(1), percentile: try row.optionalDouble(2))
        }
        return scores
    }

    func kev(_ cves: Set<String>) throws -> [String: KEVEntry] {
        var entries: [String: KEVEntry] = [:]
        for row in try session.execute(
            "SELECT cve, payload FROM advisory_kev WHERE cve = ANY($1)",
            [.textArray(cves.sorted())]
        ) {
            entries[try row.string(0)] = try StoredAdvisory.exploitation(try row.string(1))
        }
        return entries
    }

    func enrichments(_ cves: Set<String>) throws -> [String: [CVEEnrichment]] {
        let rows = try session.execute(
            "SELECT cve, payload FROM advisory_enrichment WHERE cve = ANY($1)",
            [.textArray(cves.sorted())]
        )
        var found: [String: [CVEEnrichment]] = [:]
        for (cve, enrichment) in try Self.decoded(
            rows,
            { row in
                (cve: try row.string(0), enrichment: try StoredAdvisory.enrichment(try row.string(1)))
            }
        ) {
            found[cve, default: []].append(enrichment)
        }
        return found
    }

    /// Rows decoded on all cores, in their order: tens of thousands of texts are most of the work of asking.
    private static func decoded<Value: Sendable>(
        _ rows: PostgresRows,
        _ decode: @Sendable (PostgresRow) throws -> Value
    ) throws -> [Value] {
        try Array(rows).parallelMap { row in Result { try decode(row) } }.map { try $0.get() }
    }
}
