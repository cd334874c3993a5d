/// The readers that passes over tens of thousands of rows use, for columns by position: not generic, since what is generic
/// is not specialised for other modules.
extension PostgresRow {
    /// Reads a number without a fraction.
    package func int(_ column: Int) throws(PostgresError) -> Int { try required(optionalInt(column), column) }

    /// Reads a number without a fraction, or nil for null.
    package func optionalInt(_ column: Int) throws(PostgresError) -> Int? {
        try optional(at: column) { PostgresNumber.int($0) }
    }

    /// Reads the text form of a value of any type.
    package func string(_ column: Int) throws(PostgresError) -> String { try required(optionalString(column), column) }

    /// Reads the text form of a value of any type, or nil for null.
    package func optionalString(_ column: Int) throws(PostgresError) -> String? {
        try optional(at: column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Feeds the text form of a value of any type to a hasher, which reads the bytes where they lie and keeps none; a null
    /// feeds nothing.
    package func hash(_ column: Int, into hasher: inout Hasher) throws(PostgresError) {
        _ = try optional(at: column) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The bytes that `decode` gets are the result's, and last for the call; what it returns is a copy.
    @inline(__always)
    private func optional<Value>(
        at column: Int,
        _ decode: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        guard let result, column >= 0, column < result.columns.count else { throw missing(column) }
        return try value(column, at: column, of: result, decode)
    }
}
