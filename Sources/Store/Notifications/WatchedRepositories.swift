import AnchoreAPI
import Postgres

/// What a run found in repositories that accounts watch (`anchore-cli repo add`), in the transaction of its plan.
///
/// Tags that are new to an account become its own, with the subscriptions that come with an image, and it is told of them.
struct WatchedRepositories {
    /// The most tags that a subscription remembers.
    static let maxTags = 10_000
    /// The most tags that a notice names.
    private static let maxNamed = 100

    private let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func tell(run: Int) throws {
        _ = try session.execute(Self.lock, [.int(run)])
        let watched = Array(try session.execute(Self.watched, [.int(run)]))
        if !watched.isEmpty {
            try adopt(run)
            try remember(watched)
        }
        _ = try session.execute(Self.listedImages, [.int(run)])
    }

    /// Holds what clients and other plans would change meanwhile: a statement of its own, so that the next ones see what
    /// they had changed before.
    private static let lock = """
        SELECT id FROM subscriptions
        WHERE kind = 'repo_update' AND is_active AND key IN (
            SELECT shown_repository(registries.host, repositories.name)
            FROM (SELECT DISTINCT repository_id FROM run_images WHERE run_id = $1) AS seen
                JOIN repositories ON repositories.id = seen.repository_id
                JOIN registries ON registries.id = repositories.registry_id)
        ORDER BY account, id FOR UPDATE
        """

    /// Active subscriptions of repositories that the run `$1` looked at, with the tags that there are now.
    private static let watched = """
        SELECT subscriptions.account, subscriptions.id, subscriptions.key, subscriptions.value,
            \(NotificationFacts.isHeard), named.tags
        FROM (SELECT DISTINCT repository_id FROM run_images WHERE run_id = $1) AS seen
            JOIN repositories ON repositories.id = seen.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN subscriptions ON subscriptions.kind = 'repo_update' AND subscriptions.is_active
                AND subscriptions.key = shown_repository(registries.host, repositories.name)
            CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(name ORDER BY name COLLATE "C"), '{}') AS tags FROM (
                    SELECT name FROM tags WHERE repository_id = seen.repository_id AND valid_until IS NULL
                    ORDER BY name COLLATE "C" LIMIT \(maxTags)) AS current) AS named
        ORDER BY subscriptions.account, subscriptions.key
        """

    /// Gives each account the tags that it does not know yet; `tag_update` is active where the subscription says so.
    ///
    /// What an account was given once and took away again stays away.
    private func adopt(_ run: Int) throws {
        _ = try session.execute(
            """
            WITH watched AS MATERIALIZED (
                SELECT subscriptions.account, repositories.id AS repository_id, subscriptions.key,
                    subscriptions.value LIKE '%"autosubscribe":true%' OR subscriptions.value LIKE '%"autosubscribe": true%'
                        AS watches
                FROM (SELECT DISTINCT repository_id FROM run_images WHERE run_id = $1) AS seen
                    JOIN repositories ON repositories.id = seen.repository_id
                    JOIN registries ON registries.id = repositories.registry_id
                    JOIN subscriptions ON subscriptions.kind = 'repo_update' AND subscriptions.is_active
                        AND subscriptions.key = shown_repository(registries.host, repositories.name)
            ), given AS (
                INSERT INTO account_tags (account, repository_id, name)
                SELECT watched.account, tags.repository_id, tags.name
                FROM watched JOIN tags ON tags.repository_id = watched.repository_id AND tags.valid_until IS NULL
                ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING RETURNING account, repository_id, name
            ), subscribed AS (
                INSERT INTO subscriptions (account, id, key, kind, is_active)
                SELECT account, md5(account || '+' || key || '+' || kind) AS id, key, kind,
                    kind = 'analysis_update' OR kind = 'tag_update' AND coalesce(watches, false)
                FROM (
                    SELECT given.account, watched.key || ':' || given.name AS key, watches, kind
                    FROM given JOIN watched USING (account, repository_id)
                        CROSS JOIN unnest(ARRAY['analysis_update', 'tag_update', 'policy_eval', 'vuln_update']) AS kind
                ) AS made
                ORDER BY account, id ON CONFLICT (account, id) DO NOTHING
            )
            INSERT INTO account_images (account, manifest_id)
            SELECT DISTINCT given.account, tags.manifest_id
            FROM given JOIN accounts ON accounts.name = given.account AND accounts.kind <> 'admin'
                JOIN tags ON tags.repository_id = given.repository_id AND tags.name = given.name
                    AND tags.valid_until IS NULL
            WHERE tags.manifest_id IS NOT NULL
            ORDER BY 1, 2 ON CONFLICT DO NOTHING
            """,
            [.int(run)]
        )
    }

    /// Images that a watched tag of an account names since this transaction, the plan of the run `$1`, are in its list;
    /// accounts of type admin see them anyway.
    private static let listedImages = """
        INSERT INTO account_images (account, manifest_id)
        SELECT DISTINCT account_tags.account, tags.manifest_id
        FROM run_images
            JOIN tags ON tags.repository_id = run_images.repository_id AND tags.name = run_images.tag
                AND tags.valid_until IS NULL AND tags.valid_from = now()
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN account_tags ON account_tags.repository_id = tags.repository_id AND account_tags.name = tags.name
            JOIN accounts ON accounts.name = account_tags.account AND accounts.kind <> 'admin'
            JOIN subscriptions ON subscriptions.account = account_tags.account AND subscriptions.kind = 'tag_update'
                AND subscriptions.is_active AND subscriptions.key = \(NotificationFacts.tagKey("tags.name"))
        WHERE run_images.run_id = $1 AND tags.manifest_id IS NOT NULL
        ORDER BY 1, 2 ON CONFLICT DO NOTHING
        """

    /// Notes in the subscriptions which tags there are, and tells of those that came since they last said so.
    private func remember(_ rows: [PostgresRow]) throws {
        var changed: [(account: String, id: String, value: JSONValue)] = []
        var notices: [(account: String, key: String, payload: JSONValue)] = []
        for row in rows {
            let (account, key) = (try row.string(0), try row.string(2))
            let tags = try row.strings(5)
            // Clients may have put any text there.
            let value = try row.optionalString(3).flatMap { try? JSONReader.read(Array($0.utf8)) }
            let known = value?["repotags"]?.array.map { Set($0.compactMap(\.string)) }
            guard known != Set(tags) || value?["tagcount"]?.int != tags.count else { continue }
            changed.append((account, try row.string(1), Self.value(tags, before: value)))
            let new = known.map { known in tags.filter { !known.contains($0) } } ?? []
            guard let known, !new.isEmpty, try row.bool(4) else { continue }
            let payload: JSONValue = [
                "curr_eval": ["tagcount": .int(tags.count), "repotags": .strings(Array(new.prefix(Self.maxNamed)))],
                "last_eval": ["tagcount": .int(known.count)],
                "counts": ["added": .int(new.count)],
                "annotations": .object([]),
            ]
            notices.append((account, key, payload))
        }
        _ = try session.execute(
            """
            UPDATE subscriptions SET value = given.value, last_updated = now()
            FROM unnest($1::text[], $2::text[], $3::text[]) AS given(account, id, value)
            WHERE subscriptions.account = given.account AND subscriptions.id = given.id
            """,
            [
                .textArray(changed.map(\.account)), .textArray(changed.map(\.id)),
                .textArray(changed.map { Self.text($0.value) }),
            ]
        )
        _ = try session.execute(
            """
            INSERT INTO notifications (account, kind, subject, payload)
            SELECT account, 'repo_update', key, payload
            FROM unnest($1::text[], $2::text[], $3::text[]) AS given(account, key, payload)
            """,
            [
                .textArray(notices.map(\.account)), .textArray(notices.map(\.key)),
                .textArray(notices.map { Self.text($0.payload) }),
            ]
        )
    }

    private static func value(_ tags: [String], before: JSONValue?) -> JSONValue {
        [
            "autosubscribe": .bool(before?["autosubscribe"]?.bool ?? false),
            "lookuptag": .string(before?["lookuptag"]?.string ?? "latest"), "tagcount": .int(tags.count),
            "repotags": .strings(tags),
        ]
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}
