package import Postgres

/// The truth: everything that Tallyman knows and has to do, in PostgreSQL.
package struct Store: Sendable {
    package let pool: PostgresPool

    package init(pool: PostgresPool) { self.pool = pool }

    /// Connects lazily to `url`; `connections` is the most that are open at a time.
    ///
    /// A process that is paused inside of a transaction keeps its locks, and others wait for them: `idleTransactionTimeout` is
    /// how long.
    package init(
        url: String,
        connections: Int = 4,
        applicationName: String = "tallyman",
        idleTransactionTimeout: Duration? = nil
    ) {
        pool = PostgresPool(
            PostgresConfiguration(
                url: url,
                applicationName: applicationName,
                idleTransactionTimeout: idleTransactionTimeout
            ),
            size: connections
        )
    }

    /// Closes the connections: idle ones now, the others when they are given back.
    package func close() async { await pool.close() }
}

extension PostgresSession {
    /// The first row's first column as an integer, 0 where there is none.
    func count(_ sql: String, _ parameters: [PostgresValue] = []) throws -> Int {
        try execute(sql, parameters).first?.optionalInt(0) ?? 0
    }
}
