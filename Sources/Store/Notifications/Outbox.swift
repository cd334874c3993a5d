import Postgres

/// Something that happened, as the outbox has it.
package struct StoredNotification: Sendable {
    /// Names the event, whoever is told of it.
    package var key: String
    package var account: String
    package var email: String
    /// The type of the subscription, and its key.
    package var kind: String
    package var subject: String
    /// From 0, unknown, to 5, critical; `nil` where it is about no severity.
    package var severity: Int?
    /// A JSON object as text.
    package var payload: String
    /// Seconds since 1970.
    package var createdAt: Int
}

/// A message that this process is to send now.
package struct ClaimedDelivery: Sendable {
    /// What a message says.
    package enum Content: Sendable {
        case notification(StoredNotification)
        /// A summary of many, a JSON object as text.
        case summary(String)
    }

    package var id: Int
    /// Fences what is said of it: a later claim has a higher one.
    package var attempt: Int
    /// How often it failed so far.
    package var failures: Int
    /// How often its channel failed since it last worked.
    package var channelFailures: Int
    /// The same at every attempt.
    package var key: String
    /// Seconds since 1970.
    package var createdAt: Int
    package var channelName: String
    package var channelKind: String
    package var sealed: [UInt8]
    package var content: Content
}

/// What became of an attempt to deliver.
package enum DeliveryOutcome: Sendable {
    case delivered
    /// Tried again after `delay`; the channel is left alone for `pause`.
    case failed(String, delay: Duration, pause: Duration)
    /// Not tried again.
    case dead(String)
}

extension Store {
    /// The longest reason that is kept, in bytes.
    private static let maxReasonBytes = 500

    /// Claims messages that are due, at most `perChannel` for each channel and `limit` in all, for `lease`.
    ///
    /// What is claimed is due again, for anybody, when the lease has run out: a process that dies between sending and saying so
    /// has it sent once more, under the same key.
    package func claimDeliveries(limit: Int, perChannel: Int, lease: Duration) async throws -> [ClaimedDelivery] {
        try await pool.transaction { session in
            try session.execute(
                Self.claim,
                [.int(limit), .int(perChannel), .double(lease / .seconds(1))]
            ).map(Self.claimed)
        }
    }

    /// Channels take turns by chance, so that no row of slow ones holds up the others.
    private static let claim = """
        WITH chosen AS MATERIALIZED (
            SELECT due.id FROM (SELECT id FROM notification_channels WHERE paused_until <= now() ORDER BY random()) AS open
                CROSS JOIN LATERAL (
                    SELECT id FROM notification_deliveries
                    WHERE channel_id = open.id AND state = 'waiting' AND not_before <= now()
                    ORDER BY not_before, id LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
            LIMIT $1
        ), taken AS (
            UPDATE notification_deliveries AS delivery
            SET attempt = attempt + 1, not_before = now() + make_interval(secs => $3)
            FROM chosen WHERE delivery.id = chosen.id RETURNING delivery.*
        )
        SELECT taken.id, taken.attempt, taken.failures, channel.failures, taken.key,
            \(AnchoreSQL.seconds("taken.created_at")), channel.name, channel.kind, channel.sealed, taken.summary,
            told.key, told.account, coalesce(accounts.email, ''), told.kind, told.subject, told.severity, told.payload,
            \(AnchoreSQL.seconds("told.created_at"))
        FROM taken JOIN notification_channels AS channel ON channel.id = taken.channel_id
            LEFT JOIN notifications AS told ON told.id = taken.notification_id
            LEFT JOIN accounts ON accounts.name = told.account
        ORDER BY taken.id
        """

    private static func claimed(_ row: PostgresRow) throws -> ClaimedDelivery {
        let content: ClaimedDelivery.Content
        if let summary = try row.optionalString(9) {
            content = .summary(summary)
        } else {
            content = .notification(
                StoredNotification(
                    key: try row.string(10),
                    account: try row.string(11),
                    email: try row.string(12),
                    kind: try row.string(13),
                    subject: try row.string(14),
                    severity: try row.optionalInt(15),
                    payload: try row.string(16),
                    createdAt: try row.int(17)
                )
            )
        }
        return ClaimedDelivery(
            id: try row.int(0),
            attempt: try row.int(1),
            failures: try row.int(2),
            channelFailures: try row.int(3),
            key: try row.string(4),
            createdAt: try row.int(5),
            channelName: try row.string(6),
            channelKind: try row.string(7),
            sealed: try row.bytes(8),
            content: content
        )
    }

    /// Says what became of a claim; `false`, and nothing changed, where somebody else has it by now.
    package func settle(_ delivery: ClaimedDelivery, _ outcome: DeliveryOutcome) async throws -> Bool {
        try await pool.transaction { session in
            let mine: [PostgresValue] = [.int(delivery.id), .int(delivery.attempt)]
            switch outcome {
            case .delivered:
                let channel = try session.execute(
                    """
                    UPDATE notification_deliveries SET state = 'delivered', settled_at = now(), error = NULL
                    WHERE id = $1 AND attempt = $2 AND state = 'waiting' RETURNING channel_id
                    """,
                    mine
                ).first?.int(0)
                guard let channel else { return false }
                _ = try session.execute(
                    """
                    UPDATE notification_channels SET failures = 0, last_error = NULL, paused_until = '-infinity'
                    WHERE id = $1 AND (failures > 0 OR last_error IS NOT NULL)
                    """,
                    [.int(channel)]
                )
            case .failed(let reason, let delay, let pause):
                let reason = PostgresValue.text(StorableText.cut(reason, atMost: Self.maxReasonBytes))
                let channel = try session.execute(
                    """
                    UPDATE notification_deliveries SET failures = failures + 1, error = $3,
                        not_before = now() + make_interval(secs => $4)
                    WHERE id = $1 AND attempt = $2 AND state = 'waiting' RETURNING channel_id
                    """,
                    mine + [reason, .double(delay / .seconds(1))]
                ).first?.int(0)
                guard let channel else { return false }
                _ = try session.execute(
                    """
                    UPDATE notification_channels SET failures = failures + 1, last_error = $2,
                        paused_until = greatest(paused_until, now() + make_interval(secs => $3))
                    WHERE id = $1
                    """,
                    [.int(channel), reason, .double(pause / .seconds(1))]
                )
            case .dead(let reason):
                return try session.execute(
                    """
                    UPDATE notification_deliveries SET state = 'dead', failures = failures + 1, settled_at = now(),
                        error = $3
                    WHERE id = $1 AND attempt = $2 AND state = 'waiting'
                    """,
                    mine + [.text(StorableText.cut(reason, atMost: Self.maxReasonBytes))]
                ).affected == 1
            }
            return true
        }
    }

    /// Gives up what has waited too long, and removes what was settled long ago; returns how many were given up.
    ///
    /// What is held for a summary that will not come is told by itself.
    /// Nothing is done where `seconds` have not passed since the last time.
    package func tidyDeliveries(every seconds: Int, giveUpAfterHours hours: Int, keepDays days: Int) async throws -> Int
    {
        try await pool.transaction { session in
            guard try Self.isDue("tidy-deliveries", every: seconds, session) else { return 0 }
            let dead = try session.execute(
                """
                UPDATE notification_deliveries AS delivery SET state = 'dead', settled_at = now(),
                    error = 'not delivered within ' || $1::text || ' hours: '
                        || coalesce(delivery.error, channel.last_error, 'it was never tried')
                FROM notification_channels AS channel
                WHERE channel.id = delivery.channel_id AND delivery.state = 'waiting'
                    AND delivery.created_at < now() - make_interval(hours => $1::integer)
                """,
                [.int(hours)]
            ).affected
            // Held by what was written while the channel ceased to be one of summaries.
            _ = try session.execute(
                """
                UPDATE notification_deliveries AS delivery SET state = 'waiting', not_before = now()
                FROM notification_channels AS channel
                WHERE channel.id = delivery.channel_id AND delivery.state = 'held' AND channel.digest_minute IS NULL
                """
            )
            _ = try session.execute(
                "DELETE FROM notification_deliveries WHERE settled_at < now() - make_interval(days => $1::integer)",
                [.int(days)]
            )
            _ = try session.execute(
                """
                DELETE FROM notifications WHERE created_at < now() - make_interval(days => $1::integer)
                    AND NOT EXISTS (SELECT FROM notification_deliveries WHERE notification_id = notifications.id)
                """,
                [.int(days)]
            )
            return dead
        }
    }
}
