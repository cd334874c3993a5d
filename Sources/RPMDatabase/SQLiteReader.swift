import GRDBSQLite

/// A read-only sqlite connection to a hostile database in memory, which can run one kind of statement.
///
/// What bounds it: an authorizer that permits `SELECT` on the columns of two tables with `length` and `typeof`, and no
/// other function, no view, no pragma; a database opened for reading only; a count of virtual-machine instructions;
/// length limits; `trusted_schema` off and `cell_size_check` on (SQLite, Defense Against The Dark Arts). Used from one
/// thread.
final class SQLiteReader {
    /// How many instructions run between two looks at the budget.
    private static let instructionsPerCheck: Int32 = 1_000
    /// The most bytes of a statement, one in the schema included.
    private static let maxStatementBytes: Int32 = 100_000
    private static let maxExpressionDepth: Int32 = 100

    /// What is left of the instructions; a class of its own, as sqlite holds a pointer to it.
    private final class Budget {
        var checks: Int

        init(checks: Int) {
            self.checks = checks
        }
    }

    private let connection: OpaquePointer
    private let budget: Budget

    /// Opens the image; `maxValueBytes` bounds a single value.
    init(
        _ image: consuming SQLiteImage,
        maxValueBytes: Int,
        maxInstructions: Int
    ) throws(RPMDatabaseError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let result = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw RPMDatabaseError(.outOfMemory, "sqlite cannot open a database.", sqliteCode: Int(result))
        }
        connection = opened
        budget = Budget(checks: max(1, maxInstructions / Int(Self.instructionsPerCheck)))
        sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, Int32(clamping: maxValueBytes))
        sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, Self.maxStatementBytes)
        sqlite3_limit(connection, SQLITE_LIMIT_EXPR_DEPTH, Self.maxExpressionDepth)
        sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(connection, SQLITE_LIMIT_WORKER_THREADS, 0)
        try check(image.attach(to: connection), "take over the database")
        let settings = """
            PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;
            PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;
            """
        try check(sqlite3_exec(connection, settings, nil, nil, nil), "apply its settings")
        try check(sqlite3_set_authorizer(connection, Self.authorize, nil), "restrict its statements")
        sqlite3_progress_handler(
            connection,
            Self.instructionsPerCheck,
            { context in
                guard let context else { return 1 }
                let budget = Unmanaged<Budget>.fromOpaque(context).takeUnretainedValue()
                budget.checks -= 1
                return budget.checks > 0 ? 0 : 1
            },
            Unmanaged.passUnretained(budget).toOpaque()
        )
    }

    deinit {
        sqlite3_close_v2(connection)
    }

    /// Compiles one statement.
    func statement(_ sql: String) throws(RPMDatabaseError) -> Statement {
        var handle: OpaquePointer?
        try check(sqlite3_prepare_v2(connection, sql, -1, &handle, nil), "read the schema")
        guard let handle else { throw RPMDatabaseError(.damaged, "sqlite has nothing to run.") }
        return Statement(handle, reader: self)
    }

    /// A compiled statement, freed with the value.
    struct Statement: ~Copyable {
        private let handle: OpaquePointer
        /// Keeps the connection open.
        private let reader: SQLiteReader

        fileprivate init(_ handle: OpaquePointer, reader: SQLiteReader) {
            self.handle = handle
            self.reader = reader
        }

        deinit {
            sqlite3_finalize(handle)
        }

        /// Moves to the next row: `SQLITE_ROW`, `SQLITE_DONE` or an error.
        func step() -> Int32 { sqlite3_step(handle) }

        /// Starts over, with a value for the only parameter.
        func restart(with value: Int64) {
            sqlite3_reset(handle)
            sqlite3_bind_int64(handle, 1, value)
        }

        func integer(_ column: Int32) -> Int64? {
            sqlite3_column_type(handle, column) == SQLITE_INTEGER ? sqlite3_column_int64(handle, column) : nil
        }

        func text(_ column: Int32) -> String? {
            guard sqlite3_column_type(handle, column) == SQLITE_TEXT, let text = sqlite3_column_text(handle, column)
            else { return nil }
            let count = Int(sqlite3_column_bytes(handle, column))
            return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
        }

        /// A copy of a blob, or `nil` where the value is of another type.
        func blob(_ column: Int32) -> [UInt8]? {
            guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return nil }
            guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
        }
    }

    private func check(_ result: Int32, _ action: String) throws(RPMDatabaseError) {
        guard result != SQLITE_OK else { return }
        let code: RPMDatabaseError.Code =
            switch result & 0xFF {
            case SQLITE_NOMEM: .outOfMemory
            case SQLITE_NOTADB: .unsupported
            default: .damaged
            }
        throw RPMDatabaseError(code, "sqlite could not \(action).", sqliteCode: Int(result))
    }

    private static let authorize:
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?,
            UnsafePointer<CChar>?
        ) -> Int32 = { _, action, first, second, _, source in
            if action == SQLITE_SELECT { return SQLITE_OK }
            // `source` names the view or trigger an access comes from: none is permitted.
            guard source == nil else { return SQLITE_DENY }
            let isPermitted =
                switch action {
                case SQLITE_READ: permits(first, of: ["sqlite_master", "sqlite_schema", "packages"])
                case SQLITE_FUNCTION: permits(second, of: ["length", "typeof"])
                default: false
                }
            return isPermitted ? SQLITE_OK : SQLITE_DENY
        }

    private static func permits(_ name: UnsafePointer<CChar>?, of names: [String]) -> Bool {
        name.map { names.contains(String(cString: $0).lowercased()) } ?? false
    }
}
