package import AnchoreAPI
import Postgres
package import ScanModel

/// What a channel is told, and how.
package struct ChannelFilter: Sendable, Equatable {
    /// The account that it hears of; `nil` for all.
    package var account: String?
    /// Types of subscriptions; empty for all.
    package var kinds: [SubscriptionType] = []
    /// What is about severities is told from this one on.
    package var minSeverity = Severity.unknown
    /// Names of images and repositories, with `*` for anything; empty for all.
    package var patterns: [String] = []
    /// Minutes after midnight, UTC, of a daily summary; `nil` where everything is told by itself.
    package var digestMinute: Int?

    package init() {}
}

/// Where notifications go, as the database has it.
package struct NotificationChannel: Sendable {
    package var id: Int
    package var name: String
    package var kind: String
    /// What may be shown of the address.
    package var target: String
    /// The address with its secrets, sealed.
    package var sealed: [UInt8]
    package var filter: ChannelFilter
}

/// A channel with what waits for it.
package struct ChannelStatus: Sendable {
    package var channel: NotificationChannel
    package var waiting: Int
    package var dead: Int
    package var lastError: String?
}

extension Store {
    /// The most channels of a fleet; what happens is written once for each.
    package static let maxChannels = 100

    /// Adds a channel, or gives the one of this name another address and filter; what waits for it stays.
    ///
    /// Throws ``StoreError`` where there are too many, or no such account.
    package func setChannel(name: String, kind: String, target: String, sealed: [UInt8], filter: ChannelFilter)
        async throws
    {
        try await pool.transaction { session in
            _ = try session.execute("LOCK TABLE notification_channels IN SHARE ROW EXCLUSIVE MODE")
            if let account = filter.account {
                guard try session.count("SELECT count(*) FROM accounts WHERE name = $1", [.text(account)]) == 1 else {
                    throw StoreError(.notFound, "there is no account \(account)")
                }
            }
            let others = try session.count(
                "SELECT count(*) FROM notification_channels WHERE name <> $1",
                [.text(name)]
            )
            guard others < Self.maxChannels else {
                throw StoreError(.refused, "there are \(others) channels already, as many as there may be")
            }
            _ = try session.execute(
                """
                INSERT INTO notification_channels (name, account, kind, target, sealed, kinds, min_severity, patterns,
                    digest_minute, next_digest)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::integer, \(Self.firstDigest))
                ON CONFLICT (name) DO UPDATE SET account = excluded.account, kind = excluded.kind,
                    target = excluded.target, sealed = excluded.sealed, kinds = excluded.kinds,
                    min_severity = excluded.min_severity, patterns = excluded.patterns,
                    digest_minute = excluded.digest_minute, next_digest = excluded.next_digest,
                    paused_until = '-infinity', failures = 0, last_error = NULL
                """,
                [
                    .text(name), .text(filter.account), .text(kind), .text(target), .bytes(sealed),
                    .textArray(filter.kinds.map(\.rawValue)), .int(filter.minSeverity.rank),
                    .textArray(filter.patterns.map(LikePattern.of)), .int(filter.digestMinute),
                ]
            )
            // What was held for a summary that will not come is told by itself.
            if filter.digestMinute == nil {
                _ = try session.execute(
                    """
                    UPDATE notification_deliveries SET state = 'waiting' FROM notification_channels AS channel
                    WHERE channel.name = $1 AND channel_id = channel.id AND state = 'held'
                    """,
                    [.text(name)]
                )
            }
        }
    }

    /// The next time of day `$9`, in minutes, in UTC; null without one.
    private static let firstDigest = """
        (SELECT CASE WHEN today > now() THEN today ELSE today + interval '1 day' END
            FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') + make_interval(mins => $9::integer))
                AT TIME ZONE 'UTC' AS today) AS moment)
        """

    private static let channelColumns = """
        channel.id, channel.name, channel.kind, channel.target, channel.sealed, channel.account, channel.kinds,
            channel.min_severity, channel.patterns, channel.digest_minute
        """

    private static func channel(_ row: PostgresRow) throws -> NotificationChannel {
        var filter = ChannelFilter()
        filter.account = try row.optionalString(5)
        filter.kinds = try row.strings(6).compactMap { SubscriptionType(rawValue: $0) }
        let rank = try row.int(7)
        filter.minSeverity = Severity.allCases.first { $0.rank == rank } ?? .unknown
        filter.patterns = try row.strings(8).map(LikePattern.shown)
        filter.digestMinute = try row.optionalInt(9)
        return NotificationChannel(
            id: try row.int(0),
            name: try row.string(1),
            kind: try row.string(2),
            target: try row.string(3),
            sealed: try row.bytes(4),
            filter: filter
        )
    }

    /// The channel of that name; `nil` where there is none.
    package func channel(named name: String) async throws -> NotificationChannel? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.channelColumns) FROM notification_channels AS channel WHERE name = $1",
                [.text(name)]
            ).first.map(Self.channel)
        }
    }

    /// All channels by name, with what waits for them.
    package func channels() async throws -> [ChannelStatus] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.channelColumns),
                    (SELECT count(*) FROM notification_deliveries
                        WHERE channel_id = channel.id AND state IN ('held', 'waiting')),
                    (SELECT count(*) FROM notification_deliveries WHERE channel_id = channel.id AND state = 'dead'),
                    coalesce(last_error, (SELECT error FROM notification_deliveries
                        WHERE channel_id = channel.id AND state = 'dead' ORDER BY settled_at DESC LIMIT 1))
                FROM notification_channels AS channel ORDER BY name COLLATE "C"
                """
            ).map { row in
                ChannelStatus(
                    channel: try Self.channel(row),
                    waiting: try row.int(10),
                    dead: try row.int(11),
                    lastError: try row.optionalString(12)
                )
            }
        }
    }

    /// Removes a channel and what waits for it; `false` where there is none of this name.
    package func removeChannel(_ name: String) async throws -> Bool {
        // Who settles a message locks it before its channel, and this does the contrary: it may have to be tried again.
        try await pool.transaction { session in
            try session.execute("DELETE FROM notification_channels WHERE name = $1", [.text(name)]).affected == 1
        }
    }

    /// Tries again what was given up for a channel, and at once; how many they are.
    ///
    /// `nil` where there is no such channel.
    package func retryDeliveries(of name: String) async throws -> Int? {
        try await pool.transaction { session in
            let found = try session.execute(
                """
                UPDATE notification_channels SET paused_until = '-infinity', failures = 0 WHERE name = $1 RETURNING id
                """,
                [.text(name)]
            ).first?.int(0)
            guard let found else { return nil }
            return try session.execute(
                """
                UPDATE notification_deliveries SET state = 'waiting', failures = 0, not_before = now(),
                    created_at = now(), settled_at = NULL
                WHERE channel_id = $1 AND state = 'dead'
                """,
                [.int(found)]
            ).affected
        }
    }
}
