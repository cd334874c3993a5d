import CPostgres

/// A result of libpq with its column names.
///
/// `@unchecked Sendable`: a `PGresult` is never changed once it is made, and may be read from any thread
/// (PostgreSQL manual, 34.20, Behavior in Threaded Programs).
final class PostgresResult: @unchecked Sendable {
    let pointer: OpaquePointer
    let count: Int
    let columns: [String]

    /// Takes ownership of the result.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        count = Int(PQntuples(pointer))
        columns = (0..<PQnfields(pointer)).map { index in PQfname(pointer, index).map { String(cString: $0) } ?? "" }
    }

    deinit {
        PQclear(pointer)
    }
}

/// The rows that a statement returned, or the count of those it changed.
package struct PostgresRows: Sendable, RandomAccessCollection {
    let result: PostgresResult?
    /// How many rows were returned.
    package let count: Int
    /// How many rows were inserted, updated, deleted, selected or copied.
    package let affected: Int

    init(_ result: PostgresResult) {
        self.result = result
        count = result.count
        affected = PQcmdTuples(result.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The names of the columns, in order.
    package var columns: [String] { result?.columns ?? [] }
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    /// The row at a position below `count`.
    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < count, "row \(position) of \(count)")
        return PostgresRow(result: result, row: Int32(truncatingIfNeeded: position))
    }
}
