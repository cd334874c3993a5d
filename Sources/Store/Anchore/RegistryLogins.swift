package import AnchoreAPI
import Postgres

extension Store {
    private static let loginColumns = """
        account, registry, name, username, kind, is_verified, \(AnchoreSQL.time("created_at")),
            \(AnchoreSQL.time("last_updated"))
        """

    private static func login(_ row: PostgresRow) throws -> RegistryRecord {
        RegistryRecord(
            account: try row.string(0),
            registry: try row.string(1),
            name: try row.string(2),
            user: try row.string(3),
            type: try row.string(4),
            isVerified: try row.bool(5),
            createdAt: try row.string(6),
            updatedAt: try row.string(7)
        )
    }

    /// The account's credentials for registries and repositories, without secrets, by name.
    package func registryLogins(of account: String) async throws -> [RegistryRecord] {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.loginColumns) FROM registry_logins WHERE account = $1 ORDER BY registry COLLATE \"C\"",
                [.text(account)]
            ).map(Self.login)
        }
    }

    /// The account's credentials for one registry or repository, without the secret; `nil` where it has none.
    package func registryLogin(_ registry: String, of account: String) async throws -> RegistryRecord? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.loginColumns) FROM registry_logins WHERE account = $1 AND registry = $2",
                [.text(account), .text(registry)]
            ).first.map(Self.login)
        }
    }

    /// Keeps credentials, sealed; those that an account of kind admin has for a whole host are the fleet's from now on.
    ///
    /// `plainHTTP` says how the host is spoken to; `nil` where that is not known. Other accounts say it of hosts that
    /// nobody has set up before.
    package func setRegistryLogin(_ record: RegistryRecord, sealed: [UInt8]?, plainHTTP: Bool?) async throws {
        try await pool.transaction { session in
            let secret: PostgresValue = sealed.map { .bytes($0) } ?? .null
            _ = try session.execute(
                """
                INSERT INTO registry_logins (account, registry, name, username, secret, kind, is_verified)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (account, registry) DO UPDATE SET name = excluded.name, username = excluded.username,
                    secret = excluded.secret, kind = excluded.kind, is_verified = excluded.is_verified,
                    last_updated = now()
                """,
                [
                    .text(record.account), .text(record.registry), .text(record.name), .text(record.user), secret,
                    .text(record.type), .bool(record.isVerified),
                ]
            )
            guard record.isWholeHost else { return }
            guard try Self.isFleet(record.account, session) else {
                _ = try session.execute(
                    """
                    INSERT INTO registries (host, plain_http, is_configured) VALUES ($1, coalesce($2, false), true)
                    ON CONFLICT (host) DO UPDATE SET plain_http = coalesce($2, registries.plain_http),
                        is_configured = true
                    WHERE NOT registries.is_configured
                    """,
                    [.text(record.host), plainHTTP.map { .bool($0) } ?? .null]
                )
                return
            }
            _ = try session.execute(
                """
                INSERT INTO registries (host, plain_http, username, secret, is_configured)
                VALUES ($1, coalesce($4, false), $2, $3, true)
                ON CONFLICT (host) DO UPDATE SET plain_http = coalesce($4, registries.plain_http),
                    username = excluded.username, secret = excluded.secret, is_configured = true
                """,
                [
                    .text(record.host), .text(record.user.isEmpty ? nil : record.user), secret,
                    plainHTTP.map { .bool($0) } ?? .null,
                ]
            )
        }
    }

    /// Forgets credentials; `false` where there were none.
    package func removeRegistryLogin(_ registry: String, of account: String) async throws -> Bool {
        try await pool.transaction { session in
            let removed = try session.execute(
                "DELETE FROM registry_logins WHERE account = $1 AND registry = $2",
                [.text(account), .text(registry)]
            ).affected
            guard removed > 0 else { return false }
            if try Self.isFleet(account, session) {
                _ = try session.execute(
                    "UPDATE registries SET username = NULL, secret = NULL, is_configured = plain_http WHERE host = $1",
                    [.text(registry)]
                )
            }
            return true
        }
    }

    /// Whether an account's images are the fleet's, and its credentials those that the fleet is scanned with.
    private static func isFleet(_ account: String, _ session: PostgresSession) throws -> Bool {
        try session.execute(
            "SELECT EXISTS (SELECT FROM accounts WHERE name = $1 AND kind = 'admin')",
            [.text(account)]
        ).first?.bool(0) ?? false
    }

    /// The credentials that an account added, for hosts and for repositories.
    package func sealedLogins(of account: String) async throws -> [SealedLogin] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT registry, username, secret, false FROM registry_logins
                WHERE account = $1 AND secret IS NOT NULL AND username <> '' ORDER BY registry COLLATE "C"
                """,
                [.text(account)]
            ).map(SealedLogin.init)
        }
    }

    /// What accounts' credentials add to those of `registries()`; the first of a pattern counts.
    ///
    /// No account puts its own in the place of the fleet's, or of another's: an account's are used for the repositories
    /// that it watches or has added images of, which it could with them alone, and no account of kind admin; and, last of all,
    /// those of the first account that added some for all else of a host that the fleet has none for.
    package func sealedLogins() async throws -> [SealedLogin] {
        try await pool.run { try $0.execute(Self.fleetLogins).map(SealedLogin.init) }
    }

    private static let fleetLogins = """
        WITH given AS MATERIALIZED (
            SELECT account, registry, split_part(registry, '/', 1) AS host, strpos(registry, '/') = 0 AS is_host,
                username, secret, registry_logins.created_at, accounts.kind = 'admin' AS is_fleet
            FROM registry_logins JOIN accounts ON accounts.name = account
            WHERE secret IS NOT NULL AND username <> ''
        ), held AS MATERIALIZED (
            SELECT host FROM registries WHERE secret IS NOT NULL
            UNION SELECT host FROM given WHERE is_fleet
        ), listed AS MATERIALIZED (
            SELECT added.account, shown_repository(registries.host, repositories.name) AS place
            FROM (SELECT DISTINCT account, repository_id FROM account_tags
                    WHERE account IN (SELECT account FROM given WHERE NOT is_fleet)
                        OR account IN (SELECT name FROM accounts WHERE kind = 'admin')
                            AND EXISTS (SELECT FROM given WHERE NOT is_fleet)) AS added
                JOIN repositories ON repositories.id = added.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            UNION SELECT account, key FROM subscriptions WHERE kind = 'repo_update' AND is_active
        ), own AS (
            SELECT DISTINCT ON (place) place AS registry, given.username, given.secret
            FROM listed JOIN given ON given.account = listed.account AND NOT is_fleet
                    AND given.host = split_part(place, '/', 1)
                    AND (is_host OR given.registry = place
                        OR given.registry LIKE '%*' AND starts_with(place, left(given.registry, -1)))
            WHERE NOT EXISTS (
                SELECT FROM listed AS fleets JOIN accounts ON accounts.name = fleets.account AND accounts.kind = 'admin'
                WHERE fleets.place = listed.place)
            ORDER BY place, is_host, length(given.registry) DESC, given.created_at, given.account
        )
        SELECT registry, username, secret, rank = 2 FROM (
            SELECT 0 AS rank, registry, username, secret, created_at, account FROM given WHERE is_fleet
            UNION ALL SELECT 1, registry, username, secret, NULL, NULL FROM own
            UNION ALL SELECT 2, registry, username, secret, created_at, account FROM given
                WHERE NOT is_fleet AND host NOT IN (SELECT host FROM held)
        ) AS ranked
        ORDER BY rank, created_at, account COLLATE "C", registry COLLATE "C"
        """
}

/// Credentials for a registry or for repositories of one, sealed.
package struct SealedLogin: Sendable, Equatable {
    /// `host`, `host/repository`, or `host/prefix*`.
    package var pattern: String
    package var username: String
    package var secret: [UInt8]
    /// Whether anything else that is known of the place comes first.
    package var isLast: Bool

    fileprivate init(_ row: PostgresRow) throws {
        pattern = try row.string(0)
        username = try row.string(1)
        secret = try row.bytes(2)
        isLast = try row.bool(3)
    }
}
