import Postgres

extension Store {
    /// The most images that a summary names.
    private static let namedSubjects = 30

    /// Turns what was held for the channels whose time of day has come into one summary each; how many there are.
    ///
    /// A channel that nothing happened for gets none.
    package func sumUp() async throws -> Int {
        try await pool.transaction { session in
            let due = try session.execute(
                """
                UPDATE notification_channels SET next_digest = next_digest
                    + make_interval(days => floor(extract(epoch FROM now() - next_digest) / 86400)::integer + 1)
                WHERE id IN (SELECT id FROM notification_channels
                    WHERE digest_minute IS NOT NULL AND next_digest <= now() ORDER BY id FOR UPDATE SKIP LOCKED)
                RETURNING id
                """
            ).map { try $0.int(0) }
            guard !due.isEmpty else { return 0 }
            return try session.execute(Self.summaries, [.intArray(due), .int(Self.namedSubjects)]).affected
        }
    }

    /// The worst images first, then those that most happened to.
    private static let summaries = """
        WITH taken AS (
            UPDATE notification_deliveries SET state = 'summed', settled_at = now()
            WHERE channel_id = ANY($1::bigint[]) AND state = 'held' RETURNING channel_id, notification_id
        ), told AS MATERIALIZED (
            SELECT taken.channel_id, notifications.* FROM taken JOIN notifications ON notifications.id = notification_id
        ), subjects AS (
            SELECT channel_id, account, subject, max(severity) AS severity, count(*) AS events,
                array_to_json(array_agg(DISTINCT kind ORDER BY kind)) AS kinds,
                row_number() OVER (PARTITION BY channel_id
                    ORDER BY max(severity) DESC NULLS LAST, count(*) DESC, subject, account) AS place
            FROM told GROUP BY channel_id, account, subject
        ), kinds AS (
            SELECT channel_id, json_object_agg(kind, events ORDER BY kind) AS events
            FROM (SELECT channel_id, kind, count(*) AS events FROM told GROUP BY 1, 2) AS counted GROUP BY channel_id
        )
        INSERT INTO notification_deliveries (channel_id, state, summary)
        SELECT channel_id, 'waiting', json_build_object(
            'events', (SELECT count(*) FROM told WHERE told.channel_id = kinds.channel_id),
            'kinds', kinds.events,
            'severity', (SELECT max(severity) FROM told WHERE told.channel_id = kinds.channel_id),
            'since', (SELECT \(AnchoreSQL.time("min(created_at)")) FROM told WHERE told.channel_id = kinds.channel_id),
            'images', (SELECT count(*) FROM subjects WHERE subjects.channel_id = kinds.channel_id),
            'subjects', (SELECT json_agg(json_build_object('account', account, 'subject', subject, 'severity', severity,
                    'events', events, 'kinds', subjects.kinds) ORDER BY place)
                FROM subjects WHERE subjects.channel_id = kinds.channel_id AND place <= $2))::text
        FROM kinds ORDER BY channel_id
        """
}
