import Crypto
package import Postgres
import ScanModel

/// The numbered schema changes, applied in order, each once.
package enum Migrations {
    struct Migration: Sendable {
        let number: Int
        let name: String
        let sql: [UInt8]

        var checksum: String { Hex.encode(SHA256.hash(data: sql)) }
    }

    /// All of them; a published one is never edited.
    static let all: [Migration] = [
        Migration(number: 1, name: "m0001_fleet", sql: PackageResources.m0001_fleet_sql),
        Migration(number: 2, name: "m0002_enrichment", sql: PackageResources.m0002_enrichment_sql),
        Migration(number: 3, name: "m0003_exceptions", sql: PackageResources.m0003_exceptions_sql),
        Migration(number: 4, name: "m0004_licences", sql: PackageResources.m0004_licences_sql),
        Migration(number: 5, name: "m0005_owners", sql: PackageResources.m0005_owners_sql),
        Migration(number: 6, name: "m0006_feed_state", sql: PackageResources.m0006_feed_state_sql),
        Migration(number: 7, name: "m0007_package_sets", sql: PackageResources.m0007_package_sets_sql),
        Migration(number: 8, name: "m0008_changed_advisories", sql: PackageResources.m0008_changed_advisories_sql),
        Migration(number: 9, name: "m0009_registry_limits", sql: PackageResources.m0009_registry_limits_sql),
        Migration(number: 10, name: "m0010_worker_losses", sql: PackageResources.m0010_worker_losses_sql),
        Migration(number: 11, name: "m0011_task_times", sql: PackageResources.m0011_task_times_sql),
        Migration(number: 12, name: "m0012_accounts", sql: PackageResources.m0012_accounts_sql),
        Migration(number: 13, name: "m0013_account_images", sql: PackageResources.m0013_account_images_sql),
        Migration(number: 14, name: "m0014_policies", sql: PackageResources.m0014_policies_sql),
        Migration(number: 15, name: "m0015_subscriptions", sql: PackageResources.m0015_subscriptions_sql),
        Migration(number: 16, name: "m0016_file_facts", sql: PackageResources.m0016_file_facts_sql),
        Migration(number: 17, name: "m0017_access", sql: PackageResources.m0017_access_sql),
        Migration(number: 18, name: "m0018_notifications", sql: PackageResources.m0018_notifications_sql),
        Migration(number: 19, name: "m0019_flaw_fingerprints", sql: PackageResources.m0019_flaw_fingerprints_sql),
        Migration(number: 20, name: "m0020_policy_basis", sql: PackageResources.m0020_policy_basis_sql),
        Migration(number: 21, name: "m0021_fleet_questions", sql: PackageResources.m0021_fleet_questions_sql),
        Migration(number: 22, name: "m0022_fold_shards", sql: PackageResources.m0022_fold_shards_sql),
        Migration(number: 23, name: "m0023_filed_packages", sql: PackageResources.m0023_filed_packages_sql),
        Migration(number: 24, name: "m0024_fix_dates", sql: PackageResources.m0024_fix_dates_sql),
        Migration(number: 25, name: "m0025_fleet_logins", sql: PackageResources.m0025_fleet_logins_sql),
        Migration(number: 26, name: "m0026_listing_progress", sql: PackageResources.m0026_listing_progress_sql),
        Migration(number: 27, name: "m0027_cancelled_runs", sql: PackageResources.m0027_cancelled_runs_sql),
        Migration(number: 28, name: "m0028_active_verdicts", sql: PackageResources.m0028_active_verdicts_sql),
        Migration(number: 29, name: "m0029_cancelled_runs_owed", sql: PackageResources.m0029_cancelled_runs_owed_sql),
        Migration(number: 30, name: "m0030_finding_waves", sql: PackageResources.m0030_finding_waves_sql),
        Migration(number: 31, name: "m0031_hashed_digests", sql: PackageResources.m0031_hashed_digests_sql),
        Migration(number: 32, name: "m0032_matches_version", sql: PackageResources.m0032_matches_version_sql),
        Migration(number: 33, name: "m0033_fences", sql: PackageResources.m0033_fences_sql),
    ]

    /// The schema version that this program needs.
    package static var current: Int { all.last?.number ?? 0 }

    /// One lock for every process that migrates: "tallyman" as a number.
    private static let lock = 0x7461_6c6c

    /// Brings the schema up to ``current``, each step in its own transaction under an advisory lock.
    ///
    /// Returns the names of the steps that were taken. Throws ``StoreError`` where the database was made by a newer
    /// program or a recorded step differs from ours.
    package static func apply(on pool: PostgresPool) async throws -> [String] {
        var applied: [String] = []
        try await pool.transaction { session in
            _ = try session.execute("SELECT pg_advisory_xact_lock($1)", [.int(lock)])
            try session.script(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now())
                """
            )
        }
        for migration in all {
            let isNew = try await pool.transaction { session -> Bool in
                _ = try session.execute("SELECT pg_advisory_xact_lock($1)", [.int(lock)])
                let rows = try session.execute(
                    "SELECT checksum FROM schema_migrations WHERE number = $1",
                    [.int(migration.number)]
                )
                if let row = rows.first {
                    guard try row.string(0) == migration.checksum else {
                        throw StoreError(.schema, "schema step \(migration.name) in the database is not this program's")
                    }
                    return false
                }
                // A step on a large fleet takes the minutes that it takes.
                _ = try session.execute("SET LOCAL statement_timeout = 0")
                try session.script(String(decoding: migration.sql, as: UTF8.self))
                _ = try session.execute(
                    "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                    [.int(migration.number), .text(migration.name), .text(migration.checksum)]
                )
                return true
            }
            if isNew { applied.append(migration.name) }
        }
        return applied
    }

    /// Throws where the schema is older or newer than this program needs.
    package static func check(on pool: PostgresPool) async throws {
        let found = try await pool.run { session -> Int in
            let exists = try session.execute("SELECT to_regclass('schema_migrations') IS NOT NULL")
            guard try exists.first?.bool(0) == true else { return 0 }
            return try session.execute("SELECT coalesce(max(number), 0) FROM schema_migrations").first?.int(0) ?? 0
        }
        guard found != current else { return }
        throw StoreError(
            .schema,
            found < current
                ? "the database's schema is at step \(found), this program needs \(current): run `tallyman migrate`"
                : "the database's schema is at step \(found), newer than this program's \(current): update tallyman"
        )
    }
}
