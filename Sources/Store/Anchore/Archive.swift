package import AnchoreAPI
import Postgres

extension Store {
    /// The images in an account's archive: number, when it was put there, size of its analysis.
    package func archivedImages(of account: String) async throws -> [(number: Int, archivedAt: String, bytes: Int)] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT manifest_id, \(AnchoreSQL.time("archived_at")), size FROM archived_images WHERE account = $1
                ORDER BY archived_at DESC, manifest_id
                """,
                [.text(account)]
            ).map { (try $0.int(0), try $0.string(1), try $0.int(2)) }
        }
    }

    /// Puts an image into the archive, `false` where it is there already; its size is that of the stored reports of its layers.
    package func archive(_ manifest: Int, of account: String) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                """
                INSERT INTO archived_images (account, manifest_id, size)
                SELECT $1, $2, coalesce(sum(octet_length(report) + octet_length(paths)), 0)
                FROM manifest_layers JOIN layer_reports USING (layer_id) WHERE manifest_layers.manifest_id = $2
                ON CONFLICT (account, manifest_id) DO NOTHING
                """,
                [.text(account), .int(manifest)]
            ).affected == 1
        }
    }

    /// Takes an image out of the archive; what was kept of one that is in no list is forgotten.
    package func removeFromArchive(_ manifest: Int, of account: String) async throws {
        try await pool.run { session in
            _ = try session.execute(
                """
                WITH removed AS (
                    DELETE FROM archived_images WHERE account = $1 AND manifest_id = $2 RETURNING account, manifest_id)
                UPDATE account_images SET annotations = NULL, dockerfile = NULL FROM removed
                WHERE account_images.account = removed.account AND account_images.manifest_id = removed.manifest_id
                    AND NOT account_images.is_listed
                """,
                [.text(account), .int(manifest)]
            )
        }
    }

    private static let isGlobalRule = #"rule LIKE '%"system_global":true%'"#

    private static let ruleColumns = """
        id::text, rule, \(AnchoreSQL.time("created_at")), \(AnchoreSQL.time("last_updated"))
        """

    private static func archiveRule(_ row: PostgresRow) throws -> ArchiveRule {
        ArchiveRule(
            id: try row.string(0),
            rule: try row.string(1),
            createdAt: try row.string(2),
            updatedAt: try row.string(3)
        )
    }

    /// The rules of an account, and those for all accounts, whoever made them, where they are wanted.
    package func archiveRules(of account: String, withGlobal: Bool = false) async throws -> [ArchiveRule] {
        try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.ruleColumns) FROM archive_rules
                WHERE account = $1 OR $2 AND \(Self.isGlobalRule)
                ORDER BY archive_rules.created_at, id
                """,
                [.text(account), .bool(withGlobal)]
            ).map(Self.archiveRule)
        }
    }

    /// Adds a rule, which has been checked, to those of the account.
    package func addArchiveRule(_ rule: JSONValue, of account: String) async throws -> ArchiveRule? {
        try await pool.run { session in
            try session.execute(
                "INSERT INTO archive_rules (account, rule) VALUES ($1, $2) RETURNING \(Self.ruleColumns)",
                [.text(account), .text(String(decoding: rule.bytes, as: UTF8.self))]
            ).first.map(Self.archiveRule)
        }
    }

    /// Removes a rule of an account, or one for all accounts, whoever made it, where `orGlobal`; `false` where there is none.
    package func removeArchiveRule(_ id: String, of account: String, orGlobal: Bool = false) async throws -> Bool {
        try await pool.run { session in
            try session.execute(
                """
                DELETE FROM archive_rules
                WHERE id::text = lower($2) AND (account = $1 OR $3 AND \(Self.isGlobalRule))
                """,
                [.text(account), .text(id), .bool(orGlobal)]
            ).affected == 1
        }
    }
}
