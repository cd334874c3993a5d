/// Where the server is and how a connection to it behaves.
package struct PostgresConfiguration: Sendable {
    /// A `postgres://` address or `key=value` pairs (PostgreSQL manual, 34.1.1, Connection Strings).
    package var url: String
    /// How long to wait for the server to accept a connection.
    package var connectTimeout: Duration
    /// What the server shows in `pg_stat_activity`.
    package var applicationName: String
    /// How long one statement may take on the server; nil for no bound.
    package var statementTimeout: Duration?
    /// How long a statement may wait for a lock; nil for no bound.
    package var lockTimeout: Duration?
    /// How long a transaction may ask nothing before the server ends it and frees what it locked; nil for no bound.
    package var idleTransactionTimeout: Duration?

    /// Describes a server.
    ///
    /// - Parameters:
    ///   - url: a `postgres://` address or `key=value` pairs; what it leaves out comes from the `PG…` environment.
    ///   - connectTimeout: how long to wait for the server to accept a connection.
    ///   - applicationName: what the server shows in `pg_stat_activity`.
    ///   - statementTimeout: how long one statement may take on the server; nil for no bound.
    ///   - lockTimeout: how long a statement may wait for a lock; nil for no bound.
    ///   - idleTransactionTimeout: how long a transaction may ask nothing; nil for no bound.
    package init(
        url: String,
        connectTimeout: Duration = .seconds(10),
        applicationName: String = "",
        statementTimeout: Duration? = .seconds(300),
        lockTimeout: Duration? = nil,
        idleTransactionTimeout: Duration? = nil
    ) {
        self.url = url
        self.connectTimeout = connectTimeout
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleTransactionTimeout = idleTransactionTimeout
    }
}

extension Duration {
    /// Whole milliseconds, at least 1 and at most what a PostgreSQL timeout setting can hold.
    var postgresMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) / 1000 else { return Int(Int32.max) }
        return max(1, Int(max(0, seconds)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
