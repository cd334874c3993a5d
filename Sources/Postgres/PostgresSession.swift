import CPostgres
import Glibc

/// An open connection as the closures of `PostgresConnection` see it; valid only inside them, on their thread.
package final class PostgresSession {
    /// How often input of an idle connection is read before the connection is given up.
    private static let idleReadLimit = 16
    /// Statements kept prepared in a connection; each costs the server some hundred kilobytes.
    private static let maxKept = 48

    let connection: OpaquePointer
    let canceller: PostgresCanceller
    /// The names of statements that are prepared, by their texts.
    private var kept: [String: String] = [:]
    /// Whether a pipeline could not be left, so that nothing else can be executed.
    var isStuck = false

    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let connection = try PostgresOpening.open(configuration)
        guard let canceller = PostgresCanceller(connection) else {
            PQfinish(connection)
            throw PostgresError(.connectionFailed, "no memory for a connection")
        }
        self.connection = connection
        self.canceller = canceller
    }

    deinit {
        PQfinish(connection)
    }

    /// Executes one statement.
    ///
    /// - Parameters:
    ///   - sql: a single statement; `$1` and so on stand for the parameters.
    ///   - parameters: their values, in order.
    /// - Returns: the rows, and how many were affected.
    /// - Throws: `PostgresError`. Inside a transaction every later statement then fails too.
    @discardableResult
    package func execute(
        _ sql: String,
        _ parameters: [PostgresValue] = []
    ) throws(PostgresError) -> PostgresRows {
        try checkCancellation()
        try Self.check(sql)
        let parameters = try PostgresParameters(parameters)
        return try rows(parameters.execute(sql, on: connection))
    }

    /// Executes one statement like ``execute(_:_:)`` and keeps it prepared, for questions that are asked over and over:
    /// planning a join of ten tables takes longer than answering it from a few keys.
    ///
    /// The server may plan it once for all parameters. `sql` must be one of a few constant texts; a null parameter
    /// needs a cast there.
    package func executeKept(
        _ sql: String,
        _ parameters: [PostgresValue]
    ) throws(PostgresError) -> PostgresRows {
        try checkCancellation()
        let values = try PostgresParameters(parameters)
        guard let name = try keptName(sql, values) else { return try rows(values.execute(sql, on: connection)) }
        return try rows(values.executePrepared(name, on: connection))
    }

    /// The name of a statement that is prepared now if it was not before; `nil` where as many are kept as may be.
    func keptName(_ sql: String, _ values: PostgresParameters) throws(PostgresError) -> String? {
        if let name = kept[sql] { return name }
        try Self.check(sql)
        guard kept.count < Self.maxKept else { return nil }
        let name = "kept\(kept.count)"
        _ = try rows(values.prepare(name, sql, on: connection))
        kept[sql] = name
        return name
    }

    /// Executes several statements separated by semicolons, without parameters.
    ///
    /// Outside a transaction they run in one of their own, unless they contain `BEGIN` or `COMMIT` themselves.
    package func script(_ sql: String) throws(PostgresError) {
        try checkCancellation()
        try Self.check(sql)
        _ = try rows(PQexec(connection, sql))
    }

    /// Executes a statement without looking at cancellation, for the ends of transactions.
    @discardableResult
    func executeShielded(_ sql: String) throws(PostgresError) -> PostgresRows {
        try rows(PQexec(connection, sql))
    }

    /// What `BEGIN` and `COMMIT` answered.
    func commandTag(of rows: PostgresRows) -> String {
        rows.result.flatMap { PQcmdStatus($0.pointer) }.map { String(cString: $0) } ?? ""
    }

    var isOpen: Bool { !isStuck && PQstatus(connection) == CONNECTION_OK }

    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Whether an idle connection still has its server: one that is gone has closed its end.
    func isAlive() -> Bool {
        guard isOpen else { return false }
        // Something to read is a notice, or the server's farewell followed by the end; libpq tells them apart.
        for _ in 0..<Self.idleReadLimit {
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 0) != 0 else { return true }
            guard PQconsumeInput(connection) == 1, isOpen else { return false }
        }
        return false
    }

    func checkCancellation() throws(PostgresError) {
        if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled", sqlState: nil) }
    }

    static func check(_ sql: String) throws(PostgresError) {
        if sql.utf8.contains(0) {
            throw PostgresError(.misuse, "the statement contains a NUL byte")
        }
    }

    /// Takes the result of a statement, or throws what it says.
    func rows(_ pointer: OpaquePointer?) throws(PostgresError) -> PostgresRows {
        guard let pointer else { throw failure(nil) }
        let result = PostgresResult(pointer)
        switch PQresultStatus(pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return PostgresRows(result)
        case PGRES_COPY_IN:
            _ = PQputCopyEnd(connection, "COPY FROM STDIN needs copyIn")
            drain()
            throw PostgresError(.misuse, "COPY FROM STDIN needs copyIn")
        case PGRES_COPY_OUT, PGRES_COPY_BOTH:
            var buffer: UnsafeMutablePointer<CChar>?
            while PQgetCopyData(connection, &buffer, 0) > 0 { PQfreemem(buffer) }
            drain()
            throw PostgresError(.misuse, "COPY TO STDOUT is not supported")
        default: throw failure(result)
        }
    }

    /// Discards results until the connection is ready for the next statement.
    func drain() {
        while let pointer = PQgetResult(connection) { PQclear(pointer) }
    }

    func failure(_ result: PostgresResult?) -> PostgresError {
        func field(_ code: Unicode.Scalar) -> String? {
            result.flatMap { PQresultErrorField($0.pointer, Int32(UInt8(ascii: code))) }.map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE and its siblings are characters (libpq's postgres_ext.h).
        let state = field("C")
        let message =
            field("M") ?? PQerrorMessage(connection).map { String(cString: $0) }.map { $0.trimmedLine }
            ?? "no result"
        var code = state.map { PostgresError.Code(sqlState: $0, taskIsCancelled: Task.isCancelled) } ?? .server
        if !isOpen { code = .connectionLost }
        return PostgresError(
            code,
            message,
            sqlState: state,
            detail: field("D"),
            hint: field("H"),
            constraint: field("n")
        )
    }
}

extension String {
    /// libpq's messages without the line ends.
    fileprivate var trimmedLine: String {
        split(separator: "\n").joined(separator: "; ")
    }
}
