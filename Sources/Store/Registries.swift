import Postgres

/// A registry as `tallyman registry add` knows it.
package struct KnownRegistry: Sendable {
    package var host: String
    package var isPlainHTTP: Bool
    package var username: String?
    /// The sealed password; see `SecretBox`.
    package var sealedSecret: [UInt8]?
    package var isConfigured: Bool
    /// Requests under way at a time, of the whole fleet; `nil` for the standard.
    package var maxConcurrency: Int?
    /// Requests begun in a second, of the whole fleet; `nil` for the standard.
    package var requestsPerSecond: Double?
    /// Token servers outside of the registry's domain that may get its credentials.
    package var tokenHosts: [String] = []

    package init(host: String, isPlainHTTP: Bool, username: String?, sealedSecret: [UInt8]?, isConfigured: Bool) {
        self.host = host
        self.isPlainHTTP = isPlainHTTP
        self.username = username
        self.sealedSecret = sealedSecret
        self.isConfigured = isConfigured
    }
}

extension Store {
    /// Keeps the settings of a registry and the fleet's credentials for it, in place of earlier ones.
    package func setRegistry(_ registry: KnownRegistry) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                INSERT INTO registries (host, plain_http, username, secret, max_concurrency, requests_per_second,
                    token_hosts, is_configured)
                VALUES ($1, $2, $3, $4, $5, $6, $7, true)
                ON CONFLICT (host) DO UPDATE SET plain_http = excluded.plain_http, username = excluded.username,
                    secret = excluded.secret, max_concurrency = excluded.max_concurrency,
                    requests_per_second = excluded.requests_per_second, token_hosts = excluded.token_hosts,
                    is_configured = true
                """,
                [
                    .text(registry.host), .bool(registry.isPlainHTTP), .text(registry.username),
                    registry.sealedSecret.map { .bytes($0) } ?? .null, .int(registry.maxConcurrency),
                    registry.requestsPerSecond.map { .double($0) } ?? .null, .textArray(registry.tokenHosts),
                ]
            )
        }
    }

    /// Forgets a registry's settings and the fleet's credentials, however they were added; what was scanned of it stays.
    ///
    /// `false` where there was none.
    package func removeRegistry(_ host: String) async throws -> Bool {
        try await pool.transaction { session in
            _ = try session.execute(
                """
                DELETE FROM registry_logins USING accounts
                WHERE registry = $1 AND accounts.name = account AND accounts.kind = 'admin'
                """,
                [.text(host)]
            )
            return try session.execute(
                """
                UPDATE registries SET is_configured = false, plain_http = false, username = NULL, secret = NULL,
                    max_concurrency = NULL, requests_per_second = NULL, token_hosts = '{}'
                WHERE host = $1 AND is_configured
                """,
                [.text(host)]
            ).affected > 0
        }
    }

    /// All registries that were added or scanned, by host.
    package func registries() async throws -> [KnownRegistry] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT host, plain_http, username, secret, is_configured, max_concurrency, requests_per_second, token_hosts
                FROM registries ORDER BY host
                """
            )
            .map { row in
                var registry = KnownRegistry(
                    host: try row.string(0),
                    isPlainHTTP: try row.bool(1),
                    username: try row.optionalString(2),
                    sealedSecret: try row.optionalBytes(3),
                    isConfigured: try row.bool(4)
                )
                registry.maxConcurrency = try row.optionalInt(5)
                registry.requestsPerSecond = try row.optionalDouble(6)
                registry.tokenHosts = try row.strings(7)
                return registry
            }
        }
    }
}
