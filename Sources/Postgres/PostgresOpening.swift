import CPostgres
import Glibc

/// Opens connections, with a bound on the time and an eye on cancellation.
enum PostgresOpening {
    /// How long one wait lasts before cancellation is looked at, in milliseconds.
    private static let sliceMilliseconds = 50

    /// Connects and prepares the session.
    ///
    /// - Throws: `invalidAddress`, `connectionFailed`, `authentication`, `resources` or `cancelled`; nothing is left open then.
    static func open(_ configuration: PostgresConfiguration) throws(PostgresError) -> OpaquePointer {
        try configuration.check()
        guard let connection = start(configuration) else {
            throw PostgresError(.connectionFailed, "no memory for a connection")
        }
        do {
            // Verbose messages hold the SQLSTATE, which libpq does not give otherwise while it connects.
            PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
            PQsetNoticeProcessor(connection, { _, _ in }, nil)
            try waitUntilOpen(connection, timeout: configuration.connectTimeout)
            PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
            try prepare(connection, configuration)
            return connection
        } catch {
            PQfinish(connection)
            throw error
        }
    }

    private static func start(_ configuration: PostgresConfiguration) -> OpaquePointer? {
        let settings = [
            // A dead peer is noticed within a minute; what the address says comes later and wins.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"), ("fallback_application_name", "tallyman"),
            ("dbname", configuration.url),
            ("application_name", configuration.applicationName), ("client_encoding", "UTF8"),
        ].filter { !$0.1.isEmpty }
        var keywords = settings.map { UnsafePointer(strdup($0.0)) }
        var values = settings.map { UnsafePointer(strdup($0.1)) }
        defer {
            for pointer in keywords + values { free(UnsafeMutablePointer(mutating: pointer)) }
        }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(keywords, values, 1)
    }

    private static func waitUntilOpen(_ connection: OpaquePointer, timeout: Duration) throws(PostgresError) {
        guard PQstatus(connection) != CONNECTION_BAD else { throw failure(connection) }
        let deadline = ContinuousClock.now + timeout
        var events = Int16(POLLOUT)
        while true {
            if Task.isCancelled { throw PostgresError(.cancelled, "cancelled while connecting") }
            guard ContinuousClock.now < deadline else {
                throw PostgresError(
                    .connectionFailed,
                    "the server did not accept a connection within \(timeout); check its address and whether it runs"
                )
            }
            var descriptor = pollfd(fd: PQsocket(connection), events: events, revents: 0)
            guard poll(&descriptor, 1, Int32(sliceMilliseconds)) > 0 else { continue }
            switch PQconnectPoll(connection) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw failure(connection)
            }
        }
    }

    private static func prepare(
        _ connection: OpaquePointer,
        _ configuration: PostgresConfiguration
    ) throws(PostgresError) {
        var settings = [
            ("TimeZone", "UTC"), ("DateStyle", "ISO, YMD"), ("bytea_output", "hex"), ("client_min_messages", "warning"),
            ("standard_conforming_strings", "on"),
            // The server takes statements for expensive that end within milliseconds, and compiles them for longer than that.
            ("jit", "off"),
        ]
        if let timeout = configuration.statementTimeout {
            settings.append(("statement_timeout", String(timeout.postgresMilliseconds)))
        }
        if let timeout = configuration.lockTimeout {
            settings.append(("lock_timeout", String(timeout.postgresMilliseconds)))
        }
        if let timeout = configuration.idleTransactionTimeout {
            settings.append(("idle_in_transaction_session_timeout", String(timeout.postgresMilliseconds)))
        }
        let parameters = try PostgresParameters([
            .textArray(settings.map { $0.0 }), .textArray(settings.map { $0.1 }),
        ])
        let result = parameters.execute(
            "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting (name, value)",
            on: connection
        )
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK else { throw failure(connection) }
    }

    private static func failure(_ connection: OpaquePointer) -> PostgresError {
        let text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        let message = lines.joined(separator: "; ")
        let state = sqlState(in: text)
        let code = state.map { PostgresError.Code(sqlState: $0) } ?? .connectionFailed
        return PostgresError(
            code == .connectionLost || code == .server ? .connectionFailed : code,
            message.isEmpty ? "cannot connect" : message,
            sqlState: state
        )
    }

    /// Finds the SQLSTATE that stands between two colons in a verbose message, as in `FATAL:  28P01: password…`.
    private static func sqlState(in text: String) -> String? {
        for part in text.split(separator: ":") {
            let word = part.drop { $0 == " " }
            let isState =
                word.utf8.count == 5 && word.utf8.contains { $0 < UInt8(ascii: "A") }
                && word.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                }
            // A port number is digits too, but is never preceded by a space.
            if isState, part.hasPrefix(" ") { return String(word) }
        }
        return nil
    }
}
