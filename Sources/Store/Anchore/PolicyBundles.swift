package import AnchoreAPI
import Codecs
import Crypto
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
            try session.execute(
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

    /// Makes a bundle the active one; `false` where there is none of this id.
    package func activatePolicy(_ id: String, of account: String) async throws -> Bool {
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
            return true
        }
    }

    package func removePolicy(_ id: String, of account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                "DELETE FROM policy_bundles WHERE account = $1 AND policy_id = $2 AND NOT is_active",
                [.text(account), .text(id)]
            )
        }
    }
}

/// What an evaluation is kept under.
package struct EvaluationKey: Sendable {
    package var account: String
    package var manifest: Int
    package var tag: String
    package var policyID: String
    package var bundleDigest: String

    package init(account: String, manifest: Int, tag: String, policyID: String, bundleDigest: String) {
        self.account = account
        self.manifest = manifest
        self.tag = tag
        self.policyID = policyID
        self.bundleDigest = bundleDigest
    }
}

extension Store {
    /// A stored detail does not expand beyond this, 256 MiB.
    private static let maxDetailBytes = 256 << 20

    /// What an evaluation of an image depends on beside the bundle: advisories, analysis, exceptions, instructions.
    ///
    /// A text that changes whenever one of them does.
    package func evaluationBasis(manifest: Int, account: String) async throws -> String {
        try await pool.run { session in
            try session.execute(
                """
                SELECT concat_ws('/', (SELECT max(id) FROM advisory_states),
                    (SELECT extract(epoch FROM analyzed_at) FROM image_analyses WHERE manifest_id = $1),
                    (SELECT concat_ws('-', count(*), count(waiting_packages.package_id))
                        FROM \(AnchoreSQL.packagesOfImage)
                            LEFT JOIN waiting_packages ON waiting_packages.package_id = held.package_id),
                    (SELECT count(*) || '-' || coalesce(max(id), 0) FROM exceptions),
                    (SELECT count(*) || '-' || coalesce(max(id), 0) FROM vex_documents),
                    (SELECT md5(dockerfile) FROM account_images WHERE manifest_id = $1 AND account = $2),
                    to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
                """,
                [.int(manifest), .text(account)]
            ).first?.string(0) ?? ""
        }
    }

    /// The newest evaluation that is still good: of the same bundle, on the same basis.
    package func evaluation(_ key: EvaluationKey, basis: String) async throws -> EvaluationRecord? {
        try await evaluations(key, limit: 1, basis: basis).first
    }

    /// The evaluations under a bundle's id, the newest first.
    package func evaluations(_ key: EvaluationKey, limit: Int, basis: String? = nil) async throws -> [EvaluationRecord]
    {
        let rows = try await pool.run { session in
            try session.execute(
                """
                SELECT is_pass, \(AnchoreSQL.time("evaluated_at")), \(AnchoreSQL.seconds("evaluated_at")),
                    \(AnchoreSQL.seconds("created_at")), detail
                FROM (SELECT * FROM policy_evaluations
                    WHERE account = $1 AND manifest_id = $2 AND tag = $3 AND policy_id = $4
                    ORDER BY id DESC LIMIT $5) AS newest
                WHERE $6::text IS NULL OR (basis = $6 AND bundle_digest = $7)
                ORDER BY id DESC
                """,
                [
                    .text(key.account), .int(key.manifest), .text(key.tag), .text(key.policyID), .int(limit),
                    .text(basis), .text(key.bundleDigest),
                ]
            )
        }
        return try rows.map { row in
            EvaluationRecord(
                policyID: key.policyID,
                isPass: try row.bool(0),
                evaluatedAt: try row.string(1),
                evaluatedSeconds: try row.int(2),
                createdSeconds: try row.int(3),
                detail: String(
                    decoding: try Zstd.decompress(try row.bytes(4), maxBytes: Self.maxDetailBytes),
                    as: UTF8.self
                )
            )
        }
    }

    /// Keeps what an evaluation came to: a new row where that differs from the last one, else the last one is renewed.
    ///
    /// Returns the final action before, where it was another.
    package func keep(
        _ outcome: PolicyOutcome,
        detail: [UInt8],
        under key: EvaluationKey,
        basis: String
    ) async throws -> String? {
        let digest = Array(SHA256.hash(data: detail))
        let compressed = try Zstd.compress(detail)
        return try await pool.transaction { session in
            _ = try session.execute("SELECT FROM manifests WHERE id = $1 FOR NO KEY UPDATE", [.int(key.manifest)])
            let last = try session.execute(
                """
                SELECT id, outcome_digest, final_action, bundle_digest FROM policy_evaluations
                WHERE account = $1 AND manifest_id = $2 AND tag = $3 AND policy_id = $4 ORDER BY id DESC LIMIT 1
                """,
                [.text(key.account), .int(key.manifest), .text(key.tag), .text(key.policyID)]
            ).first
            if let last, try last.bytes(1) == digest, try last.string(3) == key.bundleDigest {
                _ = try session.execute(
                    "UPDATE policy_evaluations SET evaluated_at = now(), basis = $2 WHERE id = $1",
                    [.int(try last.int(0)), .text(basis)]
                )
                return nil
            }
            _ = try session.execute(
                """
                INSERT INTO policy_evaluations (account, manifest_id, tag, policy_id, bundle_digest, basis, is_pass,
                    final_action, outcome_digest, detail)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                [
                    .text(key.account), .int(key.manifest), .text(key.tag), .text(key.policyID),
                    .text(key.bundleDigest), .text(basis), .bool(outcome.isPass), .text(outcome.finalAction),
                    .bytes(digest), .bytes(compressed),
                ]
            )
            guard let before = try last?.string(2), before != outcome.finalAction else { return nil }
            try Self.tell(outcome, under: key, before: before, session)
            return before
        }
    }
}
