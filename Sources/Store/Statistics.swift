import Postgres

extension Store {
    /// Tables that grow while a run is listed and planned.
    private static let grownByListing = [
        "manifests", "manifest_layers", "layers", "run_images", "run_layers", "tags", "tasks",
    ]

    /// Has PostgreSQL look at what a run of at least so many `images` has brought; returns whether it has that many.
    ///
    /// By itself it does so up to a minute later. Until then it plans as if the run had an image or two, and goes
    /// through whole tables for each: a first run of 6,000 images took a minute and more to be settled once, or to be asked
    /// about. The sample that is looked at is as large for any fleet.
    ///
    /// Throws `PostgresError`, also where somebody cleans a table up by hand for longer than five seconds: the tables before
    /// it were looked at.
    @discardableResult
    package func refreshStatistics(run: Int, from images: Int) async throws -> Bool {
        let found = try await pool.run { session in
            try session.count(
                "SELECT count(*) FROM (SELECT FROM run_images WHERE run_id = $1 LIMIT $2) AS counted",
                [.int(run), .int(images)]
            )
        }
        guard found >= images else { return false }
        for table in Self.grownByListing {
            try await pool.transaction { session in
                _ = try session.execute("SET LOCAL statement_timeout = 0")
                _ = try session.execute("SET LOCAL lock_timeout = '5s'")
                _ = try session.execute("ANALYZE \(table)")
            }
        }
        return true
    }
}
