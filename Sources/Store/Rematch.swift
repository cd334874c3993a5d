import Advisories
import Foundation
import Matching
import Postgres
import ScanModel

/// What a matching pass did.
package struct RematchSummary: Sendable {
    /// Distinct packages that were matched.
    package var packages = 0
    /// Matches that were not there before.
    package var opened = 0
    /// Matches that no longer hold.
    package var closed = 0
}

extension Store {
    /// Packages matched in one transaction; bounds the memory of a pass, not its result.
    private static let batch = 20_000

    /// Matches every distinct package that was not yet matched with the present advisories.
    ///
    /// Each batch reads one snapshot of the advisories: candidates come in one join over the batch's keys, and matches
    /// that appear or disappear become or close validity intervals.
    package func rematch() async throws -> RematchSummary {
        var total = RematchSummary()
        while true {
            let step = try await pool.transaction(attempts: 5, isolation: .repeatableRead) { session in
                try RematchBatch(session).run(limit: Self.batch)
            }
            guard step.packages > 0 else { return total }
            total.packages += step.packages
            total.opened += step.opened
            total.closed += step.closed
        }
    }
}

/// One batch of the matching pass, inside one transaction.
private struct RematchBatch {
    private struct Subject {
        let id: Int
        let package: Package
        let distro: Distro?
    }

    private let session: PostgresSession
    private let decoder = JSONDecoder()

    init(_ session: PostgresSession) { self.session = session }

    func run(limit: Int) throws -> RematchSummary {
        let state = try session.count("SELECT coalesce(max(id), 0) FROM advisory_states")
        let subjects = try self.subjects(state: state, limit: limit)
        guard !subjects.isEmpty else { return RematchSummary() }
        let findings = try self.findings(subjects)
        var summary = try write(subjects, findings, state: state)
        summary.packages = subjects.count
        return summary
    }

    private func subjects(state: Int, limit: Int) throws -> [Subject] {
        try session.execute(
            """
            SELECT packages.id, \(PackageColumns.list)
            FROM packages LEFT JOIN distros ON distros.id = packages.distro
            WHERE matched_state IS DISTINCT FROM $1 ORDER BY packages.id LIMIT $2 FOR UPDATE OF packages SKIP LOCKED
            """,
            [.int(state), .int(limit)]
        ).map { row in
            let stored = try PackageColumns(row, from: 1)
            return Subject(id: try row.int(0), package: stored.package, distro: stored.distro)
        }
    }

    private func findings(_ subjects: [Subject]) throws -> [[Finding]] {
        let keys = subjects.map { AdvisoryKeys.keys(for: $0.package, distro: $0.distro) }
        let wanted = Set(keys.joined()).sorted()
        var candidates: [PackageKey: [Candidate]] = [:]
        for row in try session.execute(
            """
            SELECT ecosystem, package, record_id, payload
            FROM unnest($1::text[], $2::text[]) AS wanted(ecosystem, package)
                JOIN advisory_ranges USING (ecosystem, package)
            ORDER BY record_id
            """,
            [.textArray(wanted.map(\.ecosystem)), .textArray(wanted.map(\.name))]
        ) {
            let range = try decoder.decode(AffectedRange.self, from: Data(try row.string(3).utf8))
            candidates[PackageKey(ecosystem: try row.string(0), name: try row.string(1)), default: []]
                .append(Candidate(record: Int64(try row.int(2)), range: range))
        }
        let matches = zip(subjects, keys).map { subject, keys in
            Matcher.matches(
                package: subject.package,
                distro: subject.distro,
                candidates: keys.flatMap { candidates[$0] ?? [] }
            )
        }
        let join = try join(Set(matches.joined().map(\.record)))
        return matches.map(join.findings)
    }

    private func join(_ ids: Set<Int64>) throws -> FindingJoin {
        var records: [Int64: AdvisoryRecord] = [:]
        for row in try session.execute(
            "SELECT id, payload FROM advisory_records WHERE id = ANY($1)",
            [.int64Array(ids.sorted())]
        ) {
            let payload = Data(try row.string(1).utf8)
            records[Int64(try row.int(0))] = try decoder.decode(AdvisoryRecord.self, from: payload)
        }
        let cves = PostgresValue.textArray(FindingJoin.cves(of: records.values).sorted())
        var epss: [String: EPSSScore] = [:]
        for row in try session.execute("SELECT cve, score, percentile FROM advisory_epss WHERE cve = ANY($1)", [cves]) {
            let cve = try row.string(0)
            epss[cve] = EPSSScore(cve: cve, score: try row.double(1), percentile: try row.optionalDouble(2))
        }
        var kev: [String: KEVEntry] = [:]
        for row in try session.execute("SELECT cve, payload FROM advisory_kev WHERE cve = ANY($1)", [cves]) {
            kev[try row.string(0)] = try decoder.decode(KEVEntry.self, from: Data(try row.string(1).utf8))
        }
        var enrichments: [String: [CVEEnrichment]] = [:]
        for row in try session.execute("SELECT cve, payload FROM advisory_enrichment WHERE cve = ANY($1)", [cves]) {
            let payload = Data(try row.string(1).utf8)
            enrichments[try row.string(0), default: []].append(try decoder.decode(CVEEnrichment.self, from: payload))
        }
        return FindingJoin(records: records, epss: epss, kev: kev, enrichments: enrichments)
    }

    private func write(_ subjects: [Subject], _ findings: [[Finding]], state: Int) throws -> RematchSummary {
        var flaws: [String: Finding] = [:]
        for finding in findings.joined() { flaws[finding.id] = finding }
        try upsert(flaws.values.sorted { $0.id < $1.id })
        try session.script(
            """
            CREATE TEMPORARY TABLE matched (package_id bigint, name text, severity text, fix_state text,
                fixed_versions text[], provider text) ON COMMIT DROP
            """
        )
        var rows: [[PostgresValue]] = []
        for (subject, found) in zip(subjects, findings) {
            for finding in found {
                rows.append([
                    .int(subject.id), .text(StorableText.clean(finding.id)), .text(finding.severity.rawValue),
                    .text(finding.fixState.rawValue), .textArray(finding.fixedVersions.map(StorableText.clean)),
                    .text(finding.provider),
                ])
            }
        }
        _ = try session.copyIn(
            "COPY matched (package_id, name, severity, fix_state, fixed_versions, provider) FROM STDIN",
            rows: rows
        )
        try session.script("ANALYZE matched")
        let ids = PostgresValue.intArray(subjects.map(\.id))
        var summary = RematchSummary()
        summary.closed = try session.execute(
            """
            UPDATE package_vulnerabilities AS known SET found_until = now()
            FROM vulnerabilities
            WHERE known.package_id = ANY($1) AND known.found_until IS NULL
                AND vulnerabilities.id = known.vulnerability_id
                AND NOT EXISTS (SELECT 1 FROM matched
                    WHERE matched.package_id = known.package_id AND matched.name = vulnerabilities.name)
            """,
            [ids]
        ).affected
        summary.opened = try session.execute(
            """
            INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                provider, found_from, found_state)
            SELECT matched.package_id, vulnerabilities.id, matched.severity, matched.fix_state,
                matched.fixed_versions, matched.provider, now(), $1::bigint
            FROM matched JOIN vulnerabilities USING (name)
            WHERE NOT EXISTS (SELECT 1 FROM package_vulnerabilities AS known
                WHERE known.package_id = matched.package_id AND known.vulnerability_id = vulnerabilities.id
                    AND known.found_until IS NULL)
            ORDER BY 1, 2
            """,
            [.int(state)]
        ).affected
        _ = try session.execute(
            """
            UPDATE package_vulnerabilities AS known SET severity = matched.severity, fix_state = matched.fix_state,
                fixed_versions = matched.fixed_versions, provider = matched.provider
            FROM matched JOIN vulnerabilities USING (name)
            WHERE known.package_id = matched.package_id AND known.vulnerability_id = vulnerabilities.id
                AND known.found_until IS NULL
                AND (known.severity, known.fix_state, known.fixed_versions, known.provider)
                    IS DISTINCT FROM (matched.severity, matched.fix_state, matched.fixed_versions, matched.provider)
            """
        )
        _ = try session.execute(
            "UPDATE packages SET matched_state = $2 WHERE id = ANY($1)",
            [ids, .int(state)]
        )
        return summary
    }

    private func upsert(_ flaws: [Finding]) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE flaws (name text, aliases text[], cvss_score double precision, cvss_vector text,
                epss double precision, is_kev boolean, published text, summary text) ON COMMIT DROP
            """
        )
        _ = try session.copyIn(
            "COPY flaws (name, aliases, cvss_score, cvss_vector, epss, is_kev, published, summary) FROM STDIN",
            rows: flaws.map { flaw -> [PostgresValue] in
                let best = flaw.cvss.max { $0.score < $1.score }
                return [
                    .text(StorableText.clean(flaw.id)), .textArray(flaw.aliases.map(StorableText.clean)),
                    best.map { .double($0.score) } ?? .null, .text(best.map { StorableText.clean($0.vector) }),
                    flaw.epss.map { .double($0) } ?? .null, .bool(flaw.kev != nil),
                    .text(flaw.published.map(StorableText.clean)), .text(StorableText.clean(flaw.summary)),
                ]
            }
        )
        try session.script(
            """
            INSERT INTO vulnerabilities (name, aliases, cvss_score, cvss_vector, epss, is_kev, published, summary)
            SELECT name, aliases, cvss_score, cvss_vector, epss, is_kev, published, summary FROM flaws ORDER BY name
            ON CONFLICT (name) DO UPDATE SET aliases = excluded.aliases, cvss_score = excluded.cvss_score,
                cvss_vector = excluded.cvss_vector, epss = excluded.epss, is_kev = excluded.is_kev,
                published = excluded.published, summary = excluded.summary
            WHERE (vulnerabilities.aliases, vulnerabilities.cvss_score, vulnerabilities.cvss_vector,
                vulnerabilities.epss, vulnerabilities.is_kev, vulnerabilities.published, vulnerabilities.summary)
                IS DISTINCT FROM (excluded.aliases, excluded.cvss_score, excluded.cvss_vector, excluded.epss,
                    excluded.is_kev, excluded.published, excluded.summary)
            """
        )
    }
}
