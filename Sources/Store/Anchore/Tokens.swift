package import AnchoreAPI
import Postgres

extension Store {
    /// The user that a token stands for, while it is valid; when it was last used is noted to the minute.
    package func principal(token fingerprint: [UInt8]) async throws -> Principal? {
        try await pool.run { session in
            guard
                let row = try session.execute(
                    """
                    SELECT \(Self.userColumns), \(Self.accountColumns), users.password, api_tokens.role,
                        coalesce(last_used_at < now() - interval '1 minute', true), api_tokens.id
                    FROM api_tokens JOIN users ON users.name = api_tokens.user_name
                        JOIN accounts ON accounts.name = users.account
                    WHERE api_tokens.fingerprint = $1 AND (expires_at IS NULL OR expires_at > now())
                    """,
                    [.bytes(fingerprint)]
                ).first
            else { return nil }
            if try row.bool(15) {
                _ = try session.execute(
                    "UPDATE api_tokens SET last_used_at = now() WHERE id = $1",
                    [.int(try row.int(16))]
                )
            }
            return try Self.principal(row, proof: .token)
        }
    }

    /// Keeps a token that a password was exchanged for; `seconds` is how long it is valid.
    package func addToken(
        _ fingerprint: [UInt8],
        of user: String,
        role: AccessRole,
        label: String,
        seconds: Int
    ) async throws {
        try await pool.run { session in
            _ = try session.execute(
                "DELETE FROM api_tokens WHERE user_name = $1 AND kind = 'session' AND expires_at < now()",
                [.text(user)]
            )
            _ = try session.execute(
                """
                INSERT INTO api_tokens (fingerprint, user_name, role, label, expires_at)
                VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5::double precision))
                """,
                [.bytes(fingerprint), .text(user), .text(role.rawValue), .text(label), .double(Double(seconds))]
            )
        }
    }

    /// Keeps the token of a machine; `days` is how long it is valid, `nil` for one without an end.
    ///
    /// `nil` where there is no such user, or it has as many as it may have.
    package func addMachineToken(
        _ fingerprint: [UInt8],
        of user: String,
        role: AccessRole,
        label: String,
        days: Int?,
        madeBy: String
    ) async throws -> TokenRecord? {
        try await pool.transaction { session in
            // One at a time for each user, so that the bound holds.
            guard try !session.execute("SELECT FROM users WHERE name = $1 FOR UPDATE", [.text(user)]).isEmpty,
                try session.count(
                    "SELECT count(*) FROM api_tokens WHERE user_name = $1 AND kind = 'machine'",
                    [.text(user)]
                ) < TokenRecord.maxOfUser
            else { return nil }
            return try session.execute(
                """
                INSERT INTO api_tokens (fingerprint, user_name, role, label, kind, made_by, expires_at)
                VALUES ($1, $2, $3, $4, 'machine', $5, now() + make_interval(days => $6::integer))
                RETURNING \(Self.tokenColumns)
                """,
                [
                    .bytes(fingerprint), .text(user), .text(role.rawValue), .text(label), .text(madeBy), .int(days),
                ]
            ).first.map(Self.token)
        }
    }

    /// The tokens of machines of an account, or of all; those that have ended too, until they are revoked.
    package func machineTokens(of account: String?) async throws -> [TokenRecord] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.tokenColumns) FROM api_tokens JOIN users ON users.name = api_tokens.user_name
                WHERE api_tokens.kind = 'machine' AND ($1::text IS NULL OR users.account = $1)
                ORDER BY api_tokens.id
                """,
                [.text(account)]
            ).map(Self.token)
        }
    }

    /// Ends the token of a machine at once; `false` where the account, or any, has none of this number.
    package func revokeMachineToken(_ number: Int, of account: String?) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                """
                DELETE FROM api_tokens USING users
                WHERE users.name = api_tokens.user_name AND api_tokens.kind = 'machine' AND api_tokens.id = $1
                    AND ($2::text IS NULL OR users.account = $2)
                """,
                [.int(number), .text(account)]
            ).affected > 0
        }
    }

    private static let tokenColumns = """
        api_tokens.id, api_tokens.user_name, api_tokens.role, api_tokens.label,
            \(AnchoreSQL.time("api_tokens.created_at")), \(AnchoreSQL.time("api_tokens.expires_at")),
            \(AnchoreSQL.time("api_tokens.last_used_at")), coalesce(api_tokens.made_by, ''),
            coalesce(api_tokens.expires_at <= now(), false)
        """

    private static func token(_ row: PostgresRow) throws -> TokenRecord {
        TokenRecord(
            number: try row.int(0),
            user: try row.string(1),
            role: AccessRole(rawValue: try row.string(2)) ?? .readOnly,
            label: try row.string(3),
            createdAt: try row.string(4),
            expiresAt: try row.optionalString(5),
            lastUsedAt: try row.optionalString(6),
            madeBy: try row.string(7),
            hasEnded: try row.bool(8)
        )
    }
}
