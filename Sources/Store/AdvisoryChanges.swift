import Matching
import Postgres

/// What an import changed, as far as packages of the fleet may be concerned.
struct AdvisoryChanges: Sendable {
    /// Records that came or went; one that was changed did both.
    var records = 0
    /// What the ranges of those records are filed under.
    var keys: Set<PackageKey> = []
    /// CVEs about which publishers of ratings say something else, or whose exploitation came to be known.
    var cves: Set<String> = []
    /// Whether probabilities of exploitation changed.
    var hasScores = false

    /// Whether so much changed that the planner has to know.
    var isLarge: Bool { hasScores || records + cves.count > 10_000 }

    mutating func add(_ other: AdvisoryChanges) {
        records += other.records
        keys.formUnion(other.keys)
        cves.formUnion(other.cves)
        hasScores = hasScores || other.hasScores
    }

    /// The distributions' releases, and other ecosystems, that anything is filed under.
    static func ecosystems(_ session: PostgresSession) throws -> Set<String> {
        // From one to the next by the index: there are some hundred of them in a million rows.
        let rows = try session.execute(
            """
            WITH RECURSIVE found AS (
                (SELECT ecosystem FROM advisory_ranges ORDER BY ecosystem LIMIT 1)
                UNION ALL
                SELECT (SELECT next.ecosystem FROM advisory_ranges AS next WHERE next.ecosystem > found.ecosystem
                    ORDER BY next.ecosystem LIMIT 1)
                FROM found WHERE found.ecosystem IS NOT NULL)
            SELECT ecosystem FROM found WHERE ecosystem IS NOT NULL
            """
        )
        return Set(try rows.map { try $0.string(0) })
    }

    /// Has the packages concerned matched again, and scores follow; returns how many packages wait for it by that.
    ///
    /// Called at the end of the import's transaction, when no matching pass is at work. `before` are the ecosystems that
    /// anything was filed under when it began.
    func mark(_ session: PostgresSession, before: Set<String>) throws -> Int {
        let turned = before.symmetricDifference(try Self.ecosystems(session)).map(AdvisoryKeys.presence)
        let sorted = keys.union(turned).sorted()
        let filed = try session.execute(
            """
            INSERT INTO waiting_packages (package_id, is_filed)
            SELECT DISTINCT package_id, true FROM unnest($1::text[], $2::text[]) AS changed(ecosystem, package)
                JOIN package_keys USING (ecosystem, package)
            ON CONFLICT DO NOTHING
            """,
            [
                .textArray(sorted.map { StorableText.clean($0.ecosystem) }),
                .textArray(sorted.map { StorableText.clean($0.name) }),
            ]
        ).affected
        if hasScores { try Self.takeScores(session) }
        guard !cves.isEmpty else { return filed }
        // A rating neither opens nor ends a match: only packages that have one are concerned.
        let rated = try session.execute(
            """
            INSERT INTO waiting_packages (package_id, is_filed)
            SELECT DISTINCT known.package_id, true FROM package_vulnerabilities AS known
            WHERE known.found_until IS NULL AND known.vulnerability_id IN (\(cves.count > 1_000 ? Self.byAll : Self.byIndex))
            ON CONFLICT DO NOTHING
            """,
            [.textArray(cves.sorted())]
        ).affected
        return filed + rated
    }

    /// The vulnerabilities that have one of the names `$1`: a few of them go by the indexes, many by one look at all.
    private static let byIndex = """
        SELECT id FROM vulnerabilities WHERE name = ANY($1)
            UNION ALL SELECT id FROM vulnerabilities WHERE aliases && $1
        """
    private static let byAll = """
        SELECT named.id FROM (SELECT id, unnest(name || aliases) AS cve FROM vulnerabilities) AS named
            JOIN unnest($1::text[]) AS changed(cve) USING (cve)
        """

    /// Brings the vulnerabilities' probabilities of exploitation up to date, which change daily and decide no match.
    private static func takeScores(_ session: PostgresSession) throws {
        try session.script(
            """
            UPDATE vulnerabilities SET epss = scored.score
            FROM (
                SELECT named.id, max(advisory_epss.score) AS score
                FROM (SELECT id, unnest(name || aliases) AS cve FROM vulnerabilities) AS named
                    LEFT JOIN advisory_epss USING (cve)
                GROUP BY 1) AS scored
            WHERE scored.id = vulnerabilities.id AND vulnerabilities.epss IS DISTINCT FROM scored.score
            """
        )
    }
}
