package import AnchoreAPI
import Postgres

/// Which events are meant; `nil` members do not count.
package struct EventFilter: Sendable {
    /// Microseconds since 1970; `since` is left out, `before` too.
    package var since: Int64?
    package var before: Int64?
    package var level: String?
    package var service: String?
    package var host: String?
    /// With `*` for anything.
    package var type: String?
    package var resourceType: String?
    package var resourceID: String?

    package init() {}
}

extension Store {
    private static let eventColumns = """
        id::text, account, \(AnchoreSQL.exactTime("created_at")), level, type, message, resource_type, resource_id,
            service, host, request_id, details
        """

    private static func event(_ row: PostgresRow) throws -> EventRecord {
        EventRecord(
            id: try row.string(0),
            account: try row.string(1),
            createdAt: try row.string(2),
            level: EventRecord.Level(rawValue: try row.string(3)) ?? .info,
            type: try row.string(4),
            message: try row.string(5),
            resourceType: try row.string(6),
            resourceID: try row.string(7),
            service: try row.string(8),
            host: try row.string(9),
            requestID: try row.string(10),
            details: try row.string(11)
        )
    }

    private static let eventCondition = """
        account = $1 AND ($2::timestamptz IS NULL OR created_at > $2) AND ($3::timestamptz IS NULL OR created_at < $3)
            AND ($4::text IS NULL OR level = $4) AND ($5::text IS NULL OR service = $5)
            AND ($6::text IS NULL OR host = $6) AND ($7::text IS NULL OR type LIKE $7)
            AND ($8::text IS NULL OR resource_type = $8) AND ($9::text IS NULL OR resource_id = $9)
        """

    private static func parameters(_ filter: EventFilter, account: String) -> [PostgresValue] {
        let type = filter.type.map(LikePattern.of)
        return [
            .text(account), filter.since.map { .timestamp(microseconds: $0) } ?? .null,
            filter.before.map { .timestamp(microseconds: $0) } ?? .null, .text(filter.level), .text(filter.service),
            .text(filter.host), .text(type), .text(filter.resourceType), .text(filter.resourceID),
        ]
    }

    /// A page of an account's events, the newest first, and whether there are more.
    package func events(_ filter: EventFilter, of account: String, page: Int, limit: Int) async throws
        -> (events: [EventRecord], hasMore: Bool)
    {
        let rows = try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.eventColumns) FROM events WHERE \(Self.eventCondition)
                ORDER BY created_at DESC, id OFFSET $10 LIMIT $11
                """,
                Self.parameters(filter, account: account) + [.int((page - 1) * limit), .int(limit + 1)]
            ).map(Self.event)
        }
        return (Array(rows.prefix(limit)), rows.count > limit)
    }

    /// An event of the account; `nil` where it has none of that id.
    package func event(_ id: String, of account: String) async throws -> EventRecord? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.eventColumns) FROM events WHERE account = $1 AND id::text = lower($2)",
                [.text(account), .text(id)]
            ).first.map(Self.event)
        }
    }

    /// Removes events; the numbers of those that were.
    package func removeEvents(_ filter: EventFilter, of account: String) async throws -> [String] {
        try await pool.run { session in
            try session.execute(
                "DELETE FROM events WHERE \(Self.eventCondition) RETURNING id::text",
                Self.parameters(filter, account: account)
            ).map { try $0.string(0) }
        }
    }

    /// Removes an event; `false` where the account has none of that id.
    package func removeEvent(_ id: String, of account: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                "DELETE FROM events WHERE account = $1 AND id::text = lower($2)",
                [.text(account), .text(id)]
            ).affected == 1
        }
    }

    /// Adds an event to those of its account.
    package func note(_ event: EventRecord) async throws {
        try await pool.run { try Self.note(event, $0) }
    }

    static func note(_ event: EventRecord, _ session: PostgresSession) throws {
        _ = try session.execute(
            """
            INSERT INTO events (account, level, type, message, resource_type, resource_id, service, host, request_id,
                details)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            [
                .text(event.account), .text(event.level.rawValue), .text(event.type),
                .text(StorableText.clean(event.message)), .text(event.resourceType),
                .text(StorableText.clean(event.resourceID)), .text(event.service), .text(event.host),
                .text(event.requestID), .text(event.details),
            ]
        )
    }

    /// What an account is told that a registry said: who may subscribe or add images chooses the host, and would read which
    /// ports are open where only the fleet gets.
    private static func toldOfRegistry(_ reason: String) -> String {
        "CASE accounts.kind WHEN 'admin' THEN \(reason) ELSE 'it could not be read; an administrator sees why' END"
    }

    /// Runs of subscriptions that one is compared with, the newest before it: two days of hourly ones, and some that single
    /// subscriptions asked for.
    private static let comparedWatches = 200

    /// What the run `$1` is told as when it ends: a run of single images to the accounts that added them by these names, what
    /// a run of subscriptions did not find in a registry to those who watch it and have added it, a run over the fleet to
    /// `admin`.
    ///
    /// What is not found run after run is told of once: where the newest run of subscriptions before, of those that got as far
    /// as looking at it, did find it. Runs over the fleet tell subscribers nothing of this, and so silence nothing.
    static let eventsOfRun = """
        WITH earlier AS MATERIALIZED (
            SELECT id, targets FROM runs WHERE origin = 'watch' AND id < $1 ORDER BY id DESC LIMIT \(comparedWatches)
        ), lost AS MATERIALIZED (
            SELECT run_images.repository_id, run_images.tag, run_images.reason
            FROM runs JOIN run_images ON run_images.run_id = runs.id
            WHERE runs.id = $1 AND runs.origin = 'watch' AND run_images.state IN ('failed', 'gone')
                AND run_images.manifest_id IS NULL
        ), lost_before AS MATERIALIZED (
            SELECT DISTINCT ON (lost.repository_id, lost.tag) lost.repository_id, lost.tag,
                before.state IN ('failed', 'gone') AND before.manifest_id IS NULL AS was_lost
            FROM lost CROSS JOIN earlier JOIN run_images AS before ON before.run_id = earlier.id
                AND before.repository_id = lost.repository_id AND before.tag = lost.tag
            ORDER BY lost.repository_id, lost.tag, earlier.id DESC
        ), unlisted AS MATERIALIZED (
            SELECT run_problems.target, run_problems.reason,
                split_part(target, '/', 1) AS host, substr(target, strpos(target, '/') + 1) AS name
            FROM runs JOIN run_problems ON run_problems.run_id = runs.id WHERE runs.id = $1 AND runs.origin = 'watch'
        ), looked AS MATERIALIZED (
            SELECT earlier.id, named.target
            FROM earlier CROSS JOIN LATERAL unnest(earlier.targets) AS named(target)
            WHERE named.target IN (SELECT target FROM unlisted)
        ), unlisted_before AS MATERIALIZED (
            SELECT DISTINCT ON (looked.target) looked.target, failed.run_id IS NOT NULL AS was_unlisted
            FROM looked JOIN unlisted USING (target)
                LEFT JOIN run_problems AS failed ON failed.run_id = looked.id AND failed.target = looked.target
                LEFT JOIN registries ON registries.host = unlisted.host
                LEFT JOIN repositories ON repositories.registry_id = registries.id AND repositories.name = unlisted.name
            WHERE failed.run_id IS NOT NULL OR EXISTS (SELECT FROM run_images AS before WHERE before.run_id = looked.id
                AND before.repository_id = repositories.id)
            ORDER BY looked.target, looked.id DESC
        )
        INSERT INTO events (account, level, type, message, resource_type, resource_id, service, host, details)
        SELECT account_images.account, kind.level, kind.type, kind.message, kind.resource_type,
            \(NotificationFacts.tagKey("run_images.tag")), 'analyzer', 'tallyman',
            json_build_object('run', runs.id,
                'reason', CASE WHEN coalesce(run_images.reason, '') = '' THEN ''
                    WHEN run_images.reason IN \(reasonsOfRuns) THEN run_images.reason
                    ELSE \(toldOfRegistry("run_images.reason")) END,
                'last_eval', json_build_object('imageDigest', manifests.digest, 'analysis_status', 'analyzing',
                    'annotations', said.annotations),
                'curr_eval', json_build_object('imageDigest', manifests.digest, 'analysis_status', kind.status,
                    'annotations', said.annotations),
                'subscription_type', 'analysis_update', 'annotations', said.annotations)::text
        FROM runs JOIN run_images ON run_images.run_id = runs.id
            JOIN (VALUES ('analysed', 'analyzed', \(EventType.analysisCompleted.columns)),
                    ('reused', 'analyzed', \(EventType.analysisCompleted.columns)),
                    ('failed', 'analysis_failed', \(EventType.analysisFailed.columns)))
                AS kind(state, status, level, type, message, resource_type) ON kind.state = run_images.state
            JOIN repositories ON repositories.id = run_images.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN manifests ON manifests.id = run_images.manifest_id
            JOIN account_images ON account_images.manifest_id = run_images.manifest_id AND is_listed
            JOIN account_tags ON account_tags.account = account_images.account
                AND account_tags.repository_id = run_images.repository_id AND account_tags.name = run_images.tag
            JOIN accounts ON accounts.name = account_images.account
            CROSS JOIN LATERAL (SELECT coalesce(account_images.annotations, '{}')::json AS annotations) AS said
        WHERE runs.id = $1 AND runs.origin = 'api'
        UNION ALL
        SELECT subscriptions.account, \(EventType.lookupFailed.columns), subscriptions.key, 'catalog', 'tallyman',
            json_build_object('msg', \(toldOfRegistry("coalesce(lost.reason, '')")))::text
        FROM lost LEFT JOIN lost_before USING (repository_id, tag)
            JOIN repositories ON repositories.id = lost.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN subscriptions ON subscriptions.kind = 'tag_update' AND subscriptions.is_active
                AND subscriptions.key = \(NotificationFacts.tagKey("lost.tag"))
            \(NotificationFacts.joinedAccount)
        WHERE lost_before.was_lost IS NOT TRUE
            AND \(NotificationFacts.isKnown("lost.tag", of: "lost.repository_id"))
        UNION ALL
        SELECT subscriptions.account, \(EventType.listingFailed.columns), subscriptions.key, 'catalog', 'tallyman',
            json_build_object('msg', \(toldOfRegistry("unlisted.reason")))::text
        FROM unlisted LEFT JOIN unlisted_before USING (target)
            JOIN subscriptions ON subscriptions.kind = 'repo_update' AND subscriptions.is_active
                AND subscriptions.key = shown_repository(unlisted.host, unlisted.name)
            \(NotificationFacts.joinedAccount)
        WHERE unlisted_before.was_unlisted IS NOT TRUE
        UNION ALL
        SELECT 'admin', kind.level, kind.type, kind.message, kind.resource_type, runs.id::text, 'catalog', 'tallyman',
            json_build_object('targets', runs.targets, 'reason', coalesce(runs.reason, ''))::text
        FROM runs JOIN (VALUES ('done', \(EventType.runCompleted.columns)), ('failed', \(EventType.runFailed.columns)),
                    ('cancelled', \(EventType.runCancelled.columns)))
                AS kind(state, level, type, message, resource_type) ON kind.state = runs.state
        WHERE runs.id = $1 AND runs.origin = 'fleet'
        """
}

extension EventType {
    /// The values of `level, type, message, resource_type` in a statement.
    var columns: String { "'\(level.rawValue)', '\(name)', '\(message)', '\(resource)'" }
}
