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
    private struct Row {
        let id: Int
        let subject: MatchSubject
    }

    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func run(limit: Int) throws -> RematchSummary {
        let state = try session.count("SELECT coalesce(max(id), 0) FROM advisory_states")
        let subjects = try self.subjects(state: state, limit: limit)
        guard !subjects.isEmpty else { return RematchSummary() }
        let findings = try MatchPass(FleetAdvisorySource(session)).findings(subjects.map(\.subject))
        var summary = try write(subjects, findings, state: state)
        summary.packages = subjects.count
        return summary
    }

    private func subjects(state: Int, limit: Int) throws -> [Row] {
        try session.execute(
            """
            SELECT packages.id,
                packages.type, packages.name, packages.version, packages.arch, packages.source_name,
                packages.source_version, packages.package_group, packages.module,
                owners.type, owners.name, owners.version, owners.arch, owners.source_name, owners.source_version,
                owners.package_group, owners.module,
                distros.distro_id, distros.version_id, distros.name, distros.codename, distros.id_like
            FROM packages
                LEFT JOIN packages AS owners ON owners.id = packages.owner
                LEFT JOIN distros ON distros.id = coalesce(owners.distro, packages.distro)
            WHERE packages.matched_state IS DISTINCT FROM $1 ORDER BY packages.id LIMIT $2
            FOR UPDATE OF packages SKIP LOCKED
            """,
            [.int(state), .int(limit)]
        ).map { row in
            guard let package = try package(row, from: 1) else {
                throw StoreError(.schema, "package \(try row.int(0)) has no type")
            }
            let subject = MatchSubject(
                package,
                distro: try distro(row, from: 17),
                owner: try self.package(row, from: 9)
            )
            return Row(id: try row.int(0), subject: subject)
        }
    }

    /// The package in the eight columns from `first`; `nil` where they are empty.
    private func package(_ row: PostgresRow, from first: Int) throws -> Package? {
        guard let type = try row.optionalString(first) else { return nil }
        var source: SourcePackage?
        if let name = try row.optionalString(first + 4), let version = try row.optionalString(first + 5) {
            source = SourcePackage(name: name, version: version)
        }
        return Package(
            type: PackageType(rawValue: type),
            name: try row.string(first + 1),
            version: try row.string(first + 2),
            arch: try row.string(first + 3),
            source: source,
            group: try row.optionalString(first + 6),
            module: try row.optionalString(first + 7)
        )
    }

    /// The distribution in the five columns from `first`; `nil` where they are empty.
    private func distro(_ row: PostgresRow, from first: Int) throws -> Distro? {
        guard let id = try row.optionalString(first) else { return nil }
        return Distro(
            id: id,
            versionID: try row.string(first + 1),
            name: try row.string(first + 2),
            idLike: try row.strings(first + 4),
            codename: try row.optionalString(first + 3)
        )
    }

    private func write(_ subjects: [Row], _ findings: [[Finding]], state: Int) throws -> RematchSummary {
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
