package import Postgres

/// The truth: everything that Tallyman knows and has to do, in PostgreSQL.
package struct Store: Sendable {
    package let pool: PostgresPool

    package init(pool: PostgresPool) { self.pool = pool }

    /// Connects lazily to `url`; `connections` is the most that are open at a time.
    package init(url: String, connections: Int = 4, applicationName: String = "tallyman") {
        pool = PostgresPool(
            PostgresConfiguration(url: url, applicationName: applicationName),
            size: connections
        )
    }

    package func close() async { await pool.close() }
}

extension PostgresSession {
    /// The first row's first column as an integer, 0 where there is none.
    func count(_ sql: String, _ parameters: [PostgresValue] = []) throws -> Int {
        try execute(sql, parameters).first?.optionalInt(0) ?? 0
    }
}
