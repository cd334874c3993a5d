package import AnchoreAPI
import Postgres

/// What a pass over the rules of the archive did.
package struct ArchivePass: Sendable, Equatable {
    package var archived = 0
    package var deleted = 0

    package var isEmpty: Bool { archived == 0 && deleted == 0 }
}

extension Store {
    /// Carries out the rules of all accounts (`anchore-cli analysis-archive rules`), where `seconds` have passed since the last
    /// pass; `nil` where not.
    ///
    /// An image moves once every tag of it that the account knows is meant by a rule. First images go into the archive
    /// and out of the account's list, then images go out of the archive.
    package func applyArchiveRules(every seconds: Int = 0) async throws -> ArchivePass? {
        try await pool.transaction { session in
            guard try Self.isDue("archive-rules", every: seconds, session) else { return nil }
            let rules = try session.execute(
                "SELECT id::text, account, rule FROM archive_rules ORDER BY created_at, id"
            ).compactMap(TransitionRule.init)
            guard !rules.isEmpty else { return ArchivePass() }
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            var pass = ArchivePass()
            for account in try session.execute("SELECT name, kind = 'admin' FROM accounts ORDER BY name") {
                let name = try account.string(0)
                let own = rules.filter { $0.isGlobal || $0.account == name }
                let transitions = ArchiveTransitions(session, account: name, seesFleet: try account.bool(1))
                pass.archived += try transitions.archive(own.filter { $0.transition == "archive" })
                pass.deleted += try transitions.delete(own.filter { $0.transition == "delete" })
            }
            return pass
        }
    }

    /// What a rule did, the newest first.
    package func archiveHistory(rule: String, of account: String) async throws -> [ArchiveTransition] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT id, rule_id::text, digest, transition, \(AnchoreSQL.time("done_at")) FROM archive_transitions
                WHERE rule_id::text = lower($1) AND account = $2 ORDER BY archive_transitions.id DESC LIMIT 1000
                """,
                [.text(rule), .text(account)]
            ).map {
                ArchiveTransition(
                    number: try $0.int(0),
                    rule: try $0.string(1),
                    digest: try $0.string(2),
                    transition: try $0.string(3),
                    doneAt: try $0.string(4)
                )
            }
        }
    }
}

/// A rule with what it selects by.
private struct TransitionRule {
    let id: String
    let account: String
    let transition: String
    let isGlobal: Bool
    let ageDays: Int
    let newerTags: Int
    let maxImages: Int?
    let selector: [String]
    let exclusion: [String]
    let exclusionDays: Int

    /// `nil` for a rule that cannot be read.
    init?(_ row: PostgresRow) throws {
        guard let rule = try? JSONReader.read(Array(try row.string(2).utf8)),
            let transition = rule["transition"]?.string
        else { return nil }
        func patterns(_ selector: JSONValue?, otherwise: String) -> [String] {
            ["registry", "repository", "tag"].map { name in
                let given = selector?[name]?.string ?? ""
                return LikePattern.of(given.isEmpty ? otherwise : given)
            }
        }
        func days(_ value: JSONValue?) -> Int { min(max(value?.int ?? 0, -1), 36_500) }
        id = try row.string(0)
        account = try row.string(1)
        self.transition = transition
        isGlobal = rule["system_global"]?.bool ?? false
        ageDays = days(rule["analysis_age_days"])
        newerTags = min(max(rule["tag_versions_newer"]?.int ?? 0, -1), 1_000_000)
        maxImages = isGlobal ? rule["max_images_per_account"]?.int.flatMap { $0 > 0 ? min($0, 1 << 40) : nil } : nil
        selector = patterns(rule["selector"], otherwise: "*")
        exclusion = patterns(rule["exclude"]?["selector"], otherwise: "")
        exclusionDays = days(rule["exclude"]?["expiration_days"])
    }

    /// `$2` to `$11` of the statement that marks what it selects.
    var parameters: [PostgresValue] {
        [.text(id), .int(ageDays), .int(newerTags)] + selector.map { .text($0) } + exclusion.map { .text($0) }
            + [.int(exclusionDays)]
    }
}

/// The transitions of one account.
private struct ArchiveTransitions {
    private let session: PostgresSession
    private let account: String
    private let seesFleet: Bool

    init(_ session: PostgresSession, account: String, seesFleet: Bool) {
        self.session = session
        self.account = account
        self.seesFleet = seesFleet
    }

    func archive(_ rules: [TransitionRule]) throws -> Int {
        guard !rules.isEmpty else { return 0 }
        try collect(
            """
            JOIN image_analyses ON image_analyses.manifest_id = tags.manifest_id
            LEFT JOIN account_images ON account_images.manifest_id = tags.manifest_id AND account_images.account = $1
            WHERE \(seesFleet ? "account_images.is_listed IS NOT FALSE" : "account_images.is_listed")
            """,
            since: "image_analyses.analyzed_at"
        )
        try mark(rules)
        _ = try session.execute(
            """
            INSERT INTO archived_images (account, manifest_id, size)
            SELECT $1, chosen.manifest_id, coalesce(sum(octet_length(report) + octet_length(paths)), 0)
            FROM transition_choice AS chosen LEFT JOIN manifest_layers USING (manifest_id)
                LEFT JOIN layer_reports USING (layer_id)
            GROUP BY chosen.manifest_id ORDER BY 2 ON CONFLICT (account, manifest_id) DO NOTHING
            """,
            [.text(account)]
        )
        _ = try session.execute(
            """
            INSERT INTO account_images (account, manifest_id, is_listed)
            SELECT $1, manifest_id, false FROM transition_choice ORDER BY 2
            ON CONFLICT (account, manifest_id) DO UPDATE SET is_listed = false, last_updated = now()
            """,
            [.text(account)]
        )
        return try note("archive", .archived, "Archived")
    }

    func delete(_ rules: [TransitionRule]) throws -> Int {
        guard !rules.isEmpty else { return 0 }
        try collect(
            """
            JOIN archived_images ON archived_images.manifest_id = tags.manifest_id AND archived_images.account = $1
            WHERE true
            """,
            since: "archived_images.archived_at"
        )
        try mark(rules)
        _ = try session.execute(
            """
            DELETE FROM archived_images USING transition_choice AS chosen
            WHERE archived_images.account = $1 AND archived_images.manifest_id = chosen.manifest_id
            """,
            [.text(account)]
        )
        // As where somebody takes an image out: what was kept for its return is forgotten.
        _ = try session.execute(
            """
            UPDATE account_images SET annotations = NULL, dockerfile = NULL FROM transition_choice AS chosen
            WHERE account_images.account = $1 AND account_images.manifest_id = chosen.manifest_id
                AND NOT account_images.is_listed
            """,
            [.text(account)]
        )
        return try note("delete", .archiveDeleted, "Deleted")
    }

    /// The account's tags with their images: one row for a tag and an image that it named, however often.
    private func collect(_ joined: String, since moment: String) throws {
        let own = """
            AND EXISTS (SELECT FROM account_tags WHERE account_tags.account = $1
                AND account_tags.repository_id = tags.repository_id AND account_tags.name = tags.name)
            """
        try session.script(
            """
            DROP TABLE IF EXISTS transition_tags, transition_choice;
            CREATE TEMPORARY TABLE transition_tags (
                manifest_id bigint, host text, repository text, tag text, named_until timestamptz, since timestamptz,
                rule_id uuid) ON COMMIT DROP;
            CREATE TEMPORARY TABLE transition_choice (manifest_id bigint, rule_id uuid) ON COMMIT DROP
            """
        )
        _ = try session.execute(
            """
            INSERT INTO transition_tags
            SELECT tags.manifest_id, registries.host, substr(shown_repository(registries.host, repositories.name),
                    length(registries.host) + 2), tags.name, max(coalesce(tags.valid_until, 'infinity')), max(\(moment))
            FROM tags JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
                \(joined) \(seesFleet ? "AND $1::text IS NOT NULL" : own)
            GROUP BY 1, 2, 3, 4
            """,
            [.text(account)]
        )
    }

    private func mark(_ rules: [TransitionRule]) throws {
        for rule in rules {
            if let most = rule.maxImages {
                _ = try session.execute(
                    """
                    UPDATE transition_tags SET rule_id = $1::text::uuid WHERE rule_id IS NULL AND manifest_id NOT IN (
                        SELECT manifest_id FROM transition_tags GROUP BY 1 ORDER BY max(since) DESC, 1 DESC LIMIT $2)
                    """,
                    [.text(rule.id), .int(most)]
                )
            } else {
                _ = try session.execute(Self.selected, [.text(account)] + rule.parameters)
            }
        }
        // An image stays while a tag of it is meant by no rule.
        _ = try session.execute(
            """
            INSERT INTO transition_choice
            SELECT manifest_id, min(rule_id::text)::uuid FROM transition_tags GROUP BY 1
            HAVING bool_and(rule_id IS NOT NULL)
            """
        )
    }

    /// What is excluded counts as no version of its tag, as Anchore has it; an exclusion that ran out is none.
    private static let selected = """
        UPDATE transition_tags AS chosen SET rule_id = $2::text::uuid
        FROM (
            SELECT manifest_id, host, repository, tag, since, row_number() OVER (
                PARTITION BY host, repository, tag ORDER BY named_until DESC, manifest_id DESC) - 1 AS newer
            FROM transition_tags
            WHERE NOT (host LIKE $8 AND repository LIKE $9 AND tag LIKE $10 AND ($11 < 0
                OR $11 > floor(extract(epoch FROM now() - since) / 86400)))
        ) AS ranked
        WHERE $1::text IS NOT NULL AND chosen.rule_id IS NULL AND chosen.manifest_id = ranked.manifest_id
            AND chosen.host = ranked.host AND chosen.repository = ranked.repository AND chosen.tag = ranked.tag
            AND ($4 < 0 OR $4 <= ranked.newer) AND ($3 <= 0 OR ranked.since < now() - make_interval(days => $3::integer))
            AND ranked.host LIKE $5 AND ranked.repository LIKE $6 AND ranked.tag LIKE $7
        """

    /// Notes what was done, in the account's events, too; how many images that were.
    private func note(_ transition: String, _ event: EventType, _ deed: String) throws -> Int {
        try session.count(
            """
            WITH done AS (
                INSERT INTO archive_transitions (rule_id, account, digest, transition)
                SELECT chosen.rule_id, $1, manifests.digest, $2
                FROM transition_choice AS chosen JOIN manifests ON manifests.id = chosen.manifest_id
                ORDER BY manifests.digest
                RETURNING id, digest
            ), told AS (
                INSERT INTO events (account, level, type, message, resource_type, resource_id, service, host, details)
                SELECT $1, \(event.columns), digest, 'catalog', 'tallyman',
                    json_build_object('msg', $3::text || ' by task ' || id)::text
                FROM done ORDER BY id
            )
            SELECT count(*) FROM done
            """,
            [.text(account), .text(transition), .text(deed)]
        )
    }
}
