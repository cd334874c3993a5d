import Matching
import Postgres
import ScanModel

/// One batch of the matching pass, inside one transaction.
struct RematchBatch {
    private struct Row {
        let id: Int
        let subject: MatchSubject
        /// Whether the keys of the package are noted already.
        let isFiled: Bool
    }

    /// Packages whose findings are made ready together to be compared; bounds memory.
    private static let comparedAtOnce = 2_000

    private let session: PostgresSession
    private let reader: PostgresSnapshotReader
    /// The run whose packages are matched; `nil` for all.
    private let onlyRun: Int?

    init(_ session: PostgresSession, reader: PostgresSnapshotReader, of run: Int? = nil) {
        self.session = session
        self.reader = reader
        onlyRun = run
    }

    /// Keeps other passes, and the end of an import, out until the transaction ends.
    ///
    /// The first statement of a transaction: a snapshot that is older than the lock would miss what the others did.
    static func exclude(_ session: PostgresSession) throws {
        _ = try session.execute("LOCK TABLE advisory_states IN SHARE ROW EXCLUSIVE MODE")
    }

    /// Has every package matched, and filed, again.
    static func askForAll(_ session: PostgresSession) throws {
        _ = try session.execute(
            """
            INSERT INTO waiting_packages (package_id) SELECT id FROM packages
            ON CONFLICT (package_id) DO UPDATE SET is_filed = false
            """
        )
    }

    func run(limit: Int, naming changes: Int) throws -> RematchSummary {
        try Self.exclude(session)
        let state = try session.count("SELECT coalesce(max(id), 0) FROM advisory_states")
        let subjects = try self.subjects(limit: limit)
        guard !subjects.isEmpty else { return RematchSummary(state: state) }
        let ids = subjects.map(\.id)
        // Reading tens of thousands of matches takes about as long as matching does.
        let (open, findings) = try reader.read(beside: session) {
            try OpenMatches(of: ids, $0)
        } while: {
            try file(subjects.filter { !$0.isFiled })
            return try MatchPass(FleetAdvisorySource(session), forFleet: true).findings(subjects.map(\.subject))
        }
        var summary = try write(findings, of: ids, beside: open, state: state, naming: changes)
        summary.packages = subjects.count
        summary.state = state
        return summary
    }

    /// What is in the images of the run `$2`; made first, as few of what waits may be.
    private static let withinRun = """
        WHERE package_id = ANY(ARRAY(
            SELECT listed.package_id
            FROM run_images JOIN image_sets ON image_sets.manifest_id = run_images.manifest_id
                JOIN package_sets ON package_sets.id = image_sets.set_id
                CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
            WHERE run_images.run_id = $2))
        """

    /// Waiting packages, those with the same advisories beside each other.
    private func subjects(limit: Int) throws -> [Row] {
        try session.execute(
            """
            SELECT packages.id,
                packages.type, packages.name, packages.version, packages.arch, packages.source_name,
                packages.source_version, packages.package_group, packages.module,
                owners.type, owners.name, owners.version, owners.arch, owners.source_name, owners.source_version,
                owners.package_group, owners.module,
                distros.distro_id, distros.version_id, distros.name, distros.codename, distros.id_like,
                packages.is_filed
            FROM (
                SELECT packages.*, is_filed FROM waiting_packages JOIN packages ON packages.id = package_id
                \(onlyRun == nil ? "" : Self.withinRun)
                ORDER BY coalesce(source_name, name), id LIMIT $1
            ) AS packages
                -- Looked up one by one, and not by reading all packages: few have an owner.
                LEFT JOIN LATERAL (SELECT * FROM packages AS owners WHERE owners.id = packages.owner OFFSET 0)
                    AS owners ON true
                LEFT JOIN distros ON distros.id = coalesce(owners.distro, packages.distro)
            """,
            [.int(limit)] + (onlyRun.map { [.int($0)] } ?? [])
        ).map { row in
            guard let package = try package(row, from: 1) else {
                throw StoreError(.schema, "package \(try row.int(0)) has no type")
            }
            let subject = MatchSubject(
                package,
                distro: try distro(row, from: 17),
                owner: try self.package(row, from: 9)
            )
            return Row(id: try row.int(0), subject: subject, isFiled: try row.bool(22))
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

    /// Of either half of a key: an index takes no longer ones, and an image may name its packages and itself by anything.
    private static let maxKeyBytes = 1024

    /// Notes the keys by which an import finds the packages again.
    private func file(_ subjects: [Row]) throws {
        guard !subjects.isEmpty else { return }
        let filed = subjects.flatMap { row in AdvisoryKeys.keys(deciding: row.subject).map { (row.id, $0) } }
        _ = try session.execute(
            """
            INSERT INTO package_keys (package_id, ecosystem, package)
            SELECT package_id, ecosystem, package FROM unnest($1::bigint[], $2::text[], $3::text[])
                AS given(package_id, ecosystem, package)
            WHERE NOT EXISTS (SELECT FROM package_keys AS known WHERE known.package = given.package
                AND known.ecosystem = given.ecosystem AND known.package_id = given.package_id)
            ORDER BY package, ecosystem, package_id ON CONFLICT DO NOTHING
            """,
            [
                .intArray(filed.map(\.0)),
                .textArray(filed.map { StorableText.cut($0.1.ecosystem, atMost: Self.maxKeyBytes) }),
                .textArray(filed.map { StorableText.cut($0.1.name, atMost: Self.maxKeyBytes) }),
            ]
        )
    }

    /// Writes what differs from the open matches: most stay as they are whatever an import changes.
    ///
    /// No statement runs that would change nothing: each has what others keep of matches, and of flaws, read anew (a trigger
    /// of schema step 33).
    private func write(
        _ findings: [[Finding]],
        of ids: [Int],
        beside open: OpenMatches,
        state: Int,
        naming limit: Int
    ) throws -> RematchSummary {
        let flaws = Flaw.of(findings).parallelMap(NamedFlaw.init)
        var open = open
        try open.learn(of: flaws, session)
        try upsert(flaws.filter { !open.isKnown($0) }.sorted { $0.name < $1.name })
        var opened: [[PostgresValue]] = []
        var changed: [[PostgresValue]] = []
        for start in stride(from: 0, to: ids.count, by: Self.comparedAtOnce) {
            let part = start..<min(start + Self.comparedAtOnce, ids.count)
            for (package, standings) in zip(ids[part], Self.standings(of: findings, of: ids, part, beside: open)) {
                for standing in standings {
                    // A second finding in the same place says nothing more.
                    switch standing {
                    case .same(let match): _ = open.claim(match)
                    case .changed(let match, let said):
                        if open.claim(match) { changed.append([.int(package)] + said.values) }
                    case .new(let said):
                        if open.claim(said, package: package) { opened.append([.int(package)] + said.values) }
                    }
                }
            }
        }
        let ended = open.ended
        var summary = try begin(opened, state: state, naming: limit - ended.count)
        try end(ended, state: state)
        try change(changed)
        summary.closed = ended.count
        summary.changes += ended.prefix(max(0, limit)).map {
            FindingChange(kind: .fixed, packageID: $0.package, vulnerabilityID: $0.flaw)
        }
        _ = try session.execute("DELETE FROM waiting_packages WHERE package_id = ANY($1)", [.intArray(ids)])
        return summary
    }

    private static func standings(
        of findings: [[Finding]],
        of ids: [Int],
        _ part: Range<Int>,
        beside open: OpenMatches
    ) -> [[OpenMatches.Standing]] {
        // By index: an iterator would hand out copies, whose counts of references two threads would vie for.
        Array(part).parallelMap { number in
            findings[number].indices.map { open.standing(of: findings[number][$0], package: ids[number]) }
        }
    }

    private func end(_ matches: [(package: Int, flaw: Int)], state: Int) throws {
        guard !matches.isEmpty else { return }
        _ = try session.execute(
            """
            UPDATE package_vulnerabilities AS known SET found_until = now(), ended_state = $3
            FROM unnest($1::bigint[], $2::bigint[]) AS ended(package_id, vulnerability_id)
            WHERE known.package_id = ended.package_id AND known.vulnerability_id = ended.vulnerability_id
                AND known.found_until IS NULL
            """,
            [.intArray(matches.map(\.package)), .intArray(matches.map(\.flaw)), .int(state)]
        )
        try Store.note(opened: [], ended: matches, session)
    }

    /// Begins intervals; counts and names those of matches that had ended before apart.
    private func begin(_ rows: [[PostgresValue]], state: Int, naming limit: Int) throws -> RematchSummary {
        var summary = RematchSummary()
        guard !rows.isEmpty else { return summary }
        try load(rows)
        // Asked before, and for all of them: the planner knows nothing of a table that is being filled, and as little of the
        // ended ones of a pass before; joined, it would go through all that begin for each of those.
        let ended = Set(
            try session.execute(
                """
                SELECT package_id, vulnerability_id FROM package_vulnerabilities
                WHERE found_until IS NOT NULL AND package_id = ANY(ARRAY(SELECT DISTINCT package_id FROM matched))
                """
            ).map { [try $0.int(0), try $0.int(1)] }
        )
        let opened = try session.execute(
            """
            INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                provider, found_from, found_state)
            SELECT matched.package_id, vulnerabilities.id, matched.severity, matched.fix_state,
                matched.fixed_versions, matched.provider, now(), $1::bigint
            FROM matched JOIN vulnerabilities USING (name)
            ORDER BY 1, 2
            RETURNING package_id, vulnerability_id
            """,
            [.int(state)]
        )
        try Store.note(opened: try opened.map { (try $0.int(0), try $0.int(1)) }, ended: [], session)
        for row in opened {
            let isBack = ended.contains([try row.int(0), try row.int(1)])
            let kind = isBack ? FindingChange.Kind.reopened : .new
            if kind == .new { summary.opened += 1 } else { summary.reopened += 1 }
            guard summary.changes.count < limit else { continue }
            summary.changes.append(try Self.change(kind, row))
        }
        try session.script("DROP TABLE matched")
        return summary
    }

    /// Says of open matches what is said now.
    private func change(_ rows: [[PostgresValue]]) throws {
        guard !rows.isEmpty else { return }
        try load(rows)
        try session.script(
            """
            UPDATE package_vulnerabilities AS known SET severity = matched.severity, fix_state = matched.fix_state,
                fixed_versions = matched.fixed_versions, provider = matched.provider,
                fixed_from = CASE WHEN matched.fixed_versions = '{}' THEN NULL WHEN known.fixed_versions = '{}' THEN now()
                    ELSE known.fixed_from END
            FROM matched JOIN vulnerabilities USING (name)
            WHERE known.package_id = matched.package_id AND known.vulnerability_id = vulnerabilities.id
                AND known.found_until IS NULL;
            DROP TABLE matched
            """
        )
    }

    private func load(_ rows: [[PostgresValue]]) throws {
        try session.script(
            """
            CREATE TEMPORARY TABLE matched (package_id bigint, name text, severity text, fix_state text,
                fixed_versions text[], provider text) ON COMMIT DROP
            """
        )
        _ = try session.copyIn(
            "COPY matched (package_id, name, severity, fix_state, fixed_versions, provider) FROM STDIN",
            rows: rows
        )
        try session.script("ANALYZE matched")
    }

    private static func change(_ kind: FindingChange.Kind, _ row: PostgresRow) throws -> FindingChange {
        FindingChange(kind: kind, packageID: try row.int(0), vulnerabilityID: try row.int(1))
    }

    private func upsert(_ flaws: [NamedFlaw]) throws {
        guard !flaws.isEmpty else { return }
        try session.script(
            """
            CREATE TEMPORARY TABLE flaws (name text, aliases text[], cvss_score double precision, cvss_vector text,
                is_kev boolean, published text, summary text, fingerprint bigint) ON COMMIT DROP
            """
        )
        _ = try session.copyIn(
            "COPY flaws (name, aliases, cvss_score, cvss_vector, is_kev, published, summary, fingerprint) FROM STDIN",
            rows: flaws.map(\.row)
        )
        // Scores are those of the CVEs by all of its names, as an import that changes them sets them.
        try session.script(
            """
            ANALYZE flaws;
            INSERT INTO vulnerabilities (name, aliases, cvss_score, cvss_vector, epss, is_kev, published, summary,
                fingerprint)
            SELECT flaws.name, named.aliases, flaws.cvss_score, flaws.cvss_vector,
                (SELECT max(score) FROM advisory_epss WHERE cve = ANY(flaws.name || named.aliases)), flaws.is_kev,
                flaws.published, flaws.summary, flaws.fingerprint
            FROM flaws LEFT JOIN vulnerabilities AS known ON known.name = flaws.name
                CROSS JOIN LATERAL (
                    SELECT CASE WHEN known.aliases IS NULL OR known.aliases <@ flaws.aliases THEN flaws.aliases
                        ELSE ARRAY(
                            -- The order's collation is not the column's: scores would be looked for without their index.
                            SELECT alias FROM (SELECT DISTINCT unnest(known.aliases || flaws.aliases) AS alias) AS both_have
                            ORDER BY alias COLLATE "C")
                        END AS aliases
                    OFFSET 0) AS named
            ORDER BY flaws.name
            ON CONFLICT (name) DO UPDATE SET aliases = excluded.aliases, cvss_score = excluded.cvss_score,
                cvss_vector = excluded.cvss_vector, epss = excluded.epss, is_kev = excluded.is_kev,
                published = excluded.published, summary = excluded.summary, fingerprint = excluded.fingerprint
            WHERE (vulnerabilities.aliases, vulnerabilities.cvss_score, vulnerabilities.cvss_vector,
                vulnerabilities.epss, vulnerabilities.is_kev, vulnerabilities.published, vulnerabilities.summary,
                vulnerabilities.fingerprint)
                IS DISTINCT FROM (excluded.aliases, excluded.cvss_score, excluded.cvss_vector, excluded.epss,
                    excluded.is_kev, excluded.published, excluded.summary, excluded.fingerprint)
            """
        )
    }
}
