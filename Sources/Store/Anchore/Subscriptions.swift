package import AnchoreAPI
import Postgres

extension Store {
    private static let subscriptionColumns = """
        account, key, kind, value, is_active, \(AnchoreSQL.seconds("created_at")), \(AnchoreSQL.seconds("last_updated"))
        """

    private static func subscription(_ row: PostgresRow) throws -> SubscriptionRecord {
        SubscriptionRecord(
            account: try row.string(0),
            key: try row.string(1),
            type: SubscriptionType(rawValue: try row.string(2)) ?? .tagUpdate,
            value: try row.optionalString(3),
            isActive: try row.bool(4),
            createdAt: try row.int(5),
            updatedAt: try row.int(6)
        )
    }

    /// An account's subscriptions, those of a key or a type where one is given.
    package func subscriptions(of account: String, key: String?, type: SubscriptionType?) async throws
        -> [SubscriptionRecord]
    {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.subscriptionColumns) FROM subscriptions
                WHERE account = $1 AND ($2::text IS NULL OR key = $2) AND ($3::text IS NULL OR kind = $3)
                ORDER BY key COLLATE "C", kind
                """,
                [.text(account), .text(key), .text(type?.rawValue)]
            ).map(Self.subscription)
        }
    }

    /// A subscription of the account; `nil` where it has none of that id.
    package func subscription(_ id: String, of account: String) async throws -> SubscriptionRecord? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.subscriptionColumns) FROM subscriptions WHERE account = $1 AND id = $2",
                [.text(account), .text(id)]
            ).first.map(Self.subscription)
        }
    }

    /// Adds those that are not there yet; `activating` has those that are, and are to be active, switched on again.
    static func insert(
        _ subscriptions: [SubscriptionRecord],
        activating: Bool = false,
        _ session: PostgresSession
    ) throws {
        let sorted = subscriptions.sorted { $0.id < $1.id }
        _ = try session.execute(
            """
            INSERT INTO subscriptions (account, id, key, kind, value, is_active)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
            ON CONFLICT (account, id)
            \(activating ? """
                DO UPDATE SET is_active = true, last_updated = now()
                WHERE excluded.is_active AND NOT subscriptions.is_active
                """ : "DO NOTHING")
            """,
            [
                .textArray(sorted.map(\.account)), .textArray(sorted.map(\.id)), .textArray(sorted.map(\.key)),
                .textArray(sorted.map(\.type.rawValue)), .optionalTextArray(sorted.map(\.value)),
                .boolArray(sorted.map(\.isActive)),
            ]
        )
    }

    /// Adds one; `false` where it is there already.
    package func addSubscription(_ subscription: SubscriptionRecord) async throws -> Bool {
        try await pool.transaction { session in
            let before = try session.count(
                "SELECT count(*) FROM subscriptions WHERE account = $1 AND id = $2",
                [.text(subscription.account), .text(subscription.id)]
            )
            try Self.insert([subscription], session)
            return before == 0
        }
    }

    /// Switches one on or off, and sets its value where one is given; `false` where there is none.
    package func changeSubscription(_ id: String, of account: String, isActive: Bool?, value: String?) async throws
        -> Bool
    {
        try await pool.run { session in
            try session.execute(
                """
                UPDATE subscriptions SET is_active = coalesce($3::boolean, is_active),
                    value = coalesce($4::text, value), last_updated = now()
                WHERE account = $1 AND id = $2
                """,
                [.text(account), .text(id), isActive.map { .bool($0) } ?? .null, .text(value)]
            ).affected == 1
        }
    }

    /// Removes a subscription; `false` where the account has none of that id.
    package func removeSubscription(_ id: String, of account: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                "DELETE FROM subscriptions WHERE account = $1 AND id = $2",
                [.text(account), .text(id)]
            ).affected == 1
        }
    }

    /// Which of the keys have an active subscription.
    package func activelySubscribed(_ keys: [String], account: String) async throws -> Set<String> {
        try await pool.run { session in
            Set(
                try session.execute(
                    "SELECT DISTINCT key FROM subscriptions WHERE account = $1 AND key = ANY($2) AND is_active",
                    [.text(account), .textArray(keys)]
                ).map { try $0.string(0) }
            )
        }
    }

    /// Switches off every subscription of the keys.
    package func deactivateSubscriptions(of keys: [String], account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                UPDATE subscriptions SET is_active = false, last_updated = now()
                WHERE account = $1 AND key = ANY($2) AND is_active
                """,
                [.text(account), .textArray(keys)]
            )
        }
    }
}
