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

    package func registryLogins(of account: String) async throws -> [RegistryRecord] {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.loginColumns) FROM registry_logins WHERE account = $1 ORDER BY registry COLLATE \"C\"",
                [.text(account)]
            ).map(Self.login)
        }
    }

    package func registryLogin(_ registry: String, of account: String) async throws -> RegistryRecord? {
        try await pool.run { session in
            try session.execute(
                "SELECT \(Self.loginColumns) FROM registry_logins WHERE account = $1 AND registry = $2",
                [.text(account), .text(registry)]
            ).first.map(Self.login)
        }
    }

    /// Keeps credentials, sealed; those of a whole host are used for it from now on.
    ///
    /// `plainHTTP` says how the host is spoken to; `nil` where that is not known.
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
            _ = try session.execute(
                """
                UPDATE registries SET username = NULL, secret = NULL, is_configured = plain_http
                WHERE host = $1 AND $2 AND NOT EXISTS (SELECT FROM registry_logins WHERE registry = $1)
                """,
                [.text(registry), .bool(removed > 0)]
            )
            return removed > 0
        }
    }

    /// The credentials for single repositories, those of the account admin first.
    ///
    /// Those of other accounts count where the fleet has none for the host: else an account could put its own in their
    /// place.
    package func repositoryLogins() async throws -> [RepositoryLogin] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT registry, username, secret FROM registry_logins
                WHERE strpos(registry, '/') > 0 AND secret IS NOT NULL AND username <> ''
                    AND (account = 'admin' OR NOT EXISTS (
                            SELECT FROM registry_logins AS fleet WHERE fleet.account = 'admin'
                                AND split_part(fleet.registry, '/', 1) = split_part(registry_logins.registry, '/', 1))
                        AND NOT EXISTS (SELECT FROM registries
                            WHERE host = split_part(registry_logins.registry, '/', 1) AND secret IS NOT NULL))
                ORDER BY account <> 'admin', created_at, account COLLATE "C", registry COLLATE "C"
                """
            ).map { row in
                RepositoryLogin(
                    pattern: try row.string(0),
                    username: try row.string(1),
                    secret: try row.bytes(2)
                )
            }
        }
    }
}

/// Credentials for repositories of a registry, sealed.
package struct RepositoryLogin: Sendable, Equatable {
    /// `host/repository`, or `host/prefix*`.
    package var pattern: String
    package var username: String
    package var secret: [UInt8]
}
