import AnchoreAPI
import Postgres
import Store

/// A row of the outbox.
struct Told: Sendable {
    var account: String
    var kind: String
    var subject: String
    var severity: Int?
    var payload: String
}

extension Store {
    /// Adds a channel.
    func hear(_ name: String, _ filter: ChannelFilter = ChannelFilter()) async throws {
        try await setChannel(name: name, kind: "webhook", target: "https://host.test", sealed: [1], filter: filter)
    }

    func subscribe(_ key: String, _ types: [SubscriptionType], account: String = "admin", value: String? = nil)
        async throws
    {
        for type in types {
            _ = try await addSubscription(
                SubscriptionRecord(account: account, key: key, type: type, value: value, isActive: true)
            )
        }
    }

    /// Makes an account of type user, with an `app` of the sample fleet under the tags that it has added.
    func addAccount(_ name: String, knowing tags: [String] = [], state: String = "enabled") async throws {
        try await execute("INSERT INTO accounts (name, kind, state) VALUES ('\(name)', 'user', '\(state)')")
        for tag in tags {
            try await execute(
                """
                INSERT INTO account_tags (account, repository_id, name)
                SELECT '\(name)', id, '\(tag)' FROM repositories WHERE name = 'app'
                """
            )
        }
    }

    /// Puts every image into the list of an account.
    func listImages(in account: String) async throws {
        try await execute("INSERT INTO account_images (account, manifest_id) SELECT '\(account)', id FROM manifests")
    }

    /// Writes notifications of changed findings about a hundred images, the last of them about critical ones.
    func tell(_ count: Int) async throws {
        try await execute(
            """
            INSERT INTO notifications (account, kind, subject, severity, payload)
            SELECT 'admin', 'vuln_update', 'registry.test/app' || number % 100 || ':1', number % 6, '{}'
            FROM generate_series(1, \(count)) AS number
            """
        )
    }

    /// What stands in the outbox, the oldest first.
    func told() async throws -> [Told] {
        try await pool.run { session in
            try session.execute("SELECT account, kind, subject, severity, payload FROM notifications ORDER BY id").map {
                Told(
                    account: try $0.string(0),
                    kind: try $0.string(1),
                    subject: try $0.string(2),
                    severity: try $0.optionalInt(3),
                    payload: try $0.string(4)
                )
            }
        }
    }
}
