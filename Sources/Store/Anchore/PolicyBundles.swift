package import AnchoreAPI
import Postgres

extension Store {
    private static let policyColumns = """
        policy_id, account, is_active, \(AnchoreSQL.time("created_at")), \(AnchoreSQL.time("last_updated")), bundle,
            digest
        """

    private static func policy(_ row: PostgresRow) throws -> PolicyRecord {
        PolicyRecord(
            id: try row.string(0),
            account: try row.string(1),
            isActive: try row.bool(2),
            createdAt: try row.string(3),
            updatedAt: try row.string(4),
            bundle: try row.string(5),
            digest: try row.string(6)
        )
    }

    /// An account's bundles, the active one first.
    package func policies(of account: String) async throws -> [PolicyRecord] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.policyColumns) FROM policy_bundles WHERE account = $1
                ORDER BY is_active DESC, policy_id COLLATE "C"
                """,
                [.text(account)]
            ).map(Self.policy)
        }
    }

    /// One bundle, or the active one where `id` is `nil`.
    package func policy(_ id: String?, of account: String) async throws -> PolicyRecord? {
        try await pool.run { session in
            try session.executeKept(
                """
                SELECT \(Self.policyColumns) FROM policy_bundles
                WHERE account = $1 AND CASE WHEN $2::text IS NULL THEN is_active ELSE policy_id = $2 END
                """,
                [.text(account), .text(id)]
            ).first.map(Self.policy)
        }
    }

    static func insert(_ policy: PolicyRecord, _ session: PostgresSession) throws {
        _ = try session.execute(
            """
            INSERT INTO policy_bundles (account, policy_id, bundle, digest, is_active) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (account, policy_id) DO UPDATE SET bundle = excluded.bundle, digest = excluded.digest,
                last_updated = now()
            """,
            [
                .text(policy.account), .text(policy.id), .text(policy.bundle), .text(policy.digest),
                .bool(policy.isActive),
            ]
        )
    }

    /// Adds a bundle, or replaces the content of the one with its id, which stays active where it is.
    package func setPolicy(_ policy: PolicyRecord) async throws {
        try await pool.run { try Self.insert(policy, $0) }
    }

    /// Gives an account its first bundle; one that has any keeps what it has.
    package func addFirstPolicy(_ policy: PolicyRecord) async throws {
        try await pool.run { session in
            guard
                try session.count(
                    "SELECT count(*) FROM policy_bundles WHERE account = $1",
                    [.text(policy.account)]
                ) == 0
            else { return }
            _ = try session.execute(
                """
                INSERT INTO policy_bundles (account, policy_id, bundle, digest, is_active) VALUES ($1, $2, $3, $4, true)
                ON CONFLICT DO NOTHING
                """,
                [.text(policy.account), .text(policy.id), .text(policy.bundle), .text(policy.digest)]
            )
        }
    }

    /// Makes a bundle the active one; throws ``StoreError/Code/notFound`` where there is none of this id.
    package func activatePolicy(_ id: String, of account: String) async throws {
        try await pool.transaction { session in
            // Two requests at a time come one after the other.
            _ = try session.execute("SELECT FROM accounts WHERE name = $1 FOR UPDATE", [.text(account)])
            _ = try session.execute(
                "UPDATE policy_bundles SET is_active = false WHERE account = $1 AND is_active AND policy_id <> $2",
                [.text(account), .text(id)]
            )
            let changed = try session.execute(
                """
                UPDATE policy_bundles SET is_active = true, last_updated = now()
                WHERE account = $1 AND policy_id = $2
                """,
                [.text(account), .text(id)]
            ).affected
            guard changed == 1 else { throw StoreError(.notFound, "there is no policy \(id)") }
        }
    }

    /// Removes a policy bundle of the account; the active one stays.
    package func removePolicy(_ id: String, of account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                "DELETE FROM policy_bundles WHERE account = $1 AND policy_id = $2 AND NOT is_active",
                [.text(account), .text(id)]
            )
        }
    }
}
