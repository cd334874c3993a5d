package import AnchoreAPI
import Matching
import Postgres
package import ScanModel

extension Store {
    /// The advisories that are in the database, by publisher.
    package func feed() async throws -> FeedRecord {
        try await pool.run { session in
            FeedRecord(
                groups: try session.execute(
                    """
                    SELECT provider, \(AnchoreSQL.time("coalesce(checked_at, imported_at)")), records,
                        \(AnchoreSQL.time("imported_at"))
                    FROM advisory_providers
                    ORDER BY provider COLLATE "C"
                    """
                ).map { row in
                    FeedGroup(
                        name: try row.string(0),
                        lastSync: try row.string(1),
                        records: try row.int(2),
                        createdAt: try row.string(3)
                    )
                }
            )
        }
    }

    /// When the feeds were last found to be what is here, the one longest ago, in seconds since 1970, and whether any
    /// advisories are about packages of the distribution's release.
    package func advisoryBasis(of distro: Distro?) async throws -> (oldestSync: Int?, hasDistroRecords: Bool) {
        let keys = distro.map { DistroRelease.keys(of: $0) } ?? []
        return try await pool.run { session in
            let row = try session.execute(
                """
                SELECT (SELECT \(AnchoreSQL.seconds("min(coalesce(checked_at, imported_at))")) FROM advisory_providers),
                    EXISTS (SELECT FROM advisory_ranges WHERE ecosystem = ANY($1::text[]))
                """,
                [.textArray(keys)]
            ).first
            return (try row?.optionalInt(0), try row?.bool(1) ?? false)
        }
    }

    /// The present day and second, by the database's clock.
    package func now() async throws -> (day: String, seconds: Int, text: String) {
        try await pool.run { session in
            guard
                let row = try session.execute(
                    "SELECT \(AnchoreSQL.time("now()")), \(AnchoreSQL.seconds("now()"))"
                ).first
            else { throw StoreError(.damaged, "the database has no time") }
            let text = try row.string(0)
            return (String(text.prefix(10)), try row.int(1), text)
        }
    }
}
