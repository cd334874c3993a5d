package import AnchoreAPI
import Postgres

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
