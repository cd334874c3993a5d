import CPostgres

/// How a column is named: its position from 0, or its name in the result.
package protocol PostgresColumn: Sendable {
    /// The position among `columns`; nil where there is no such column.
    func position(in columns: [String]) -> Int?
}

extension Int: PostgresColumn {
    package func position(in columns: [String]) -> Int? { columns.indices.contains(self) ? self : nil }
}

extension String: PostgresColumn {
    package func position(in columns: [String]) -> Int? { columns.firstIndex(of: self) }
}

/// One row of a result.
///
/// Each reader throws `invalidResult` where the column is missing, is not of that type, or is null; the readers that
/// begin with `optional` return nil for null.
package struct PostgresRow: Sendable {
    let result: PostgresResult?
    let row: Int32

    /// Whether the column is null.
    package func isNull(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try optional(column) { _ in true } == nil
    }

    /// Reads a number without a fraction.
    package func int(_ column: some PostgresColumn) throws(PostgresError) -> Int {
        try required(optionalInt(column), column)
    }

    /// Reads a number without a fraction, or nil for null.
    package func optionalInt(_ column: some PostgresColumn) throws(PostgresError) -> Int? {
        try optional(column) { PostgresNumber.int($0) }
    }

    /// Reads a number.
    package func double(_ column: some PostgresColumn) throws(PostgresError) -> Double {
        try required(optionalDouble(column), column)
    }

    /// Reads a number, or nil for null.
    package func optionalDouble(_ column: some PostgresColumn) throws(PostgresError) -> Double? {
        try optional(column) { Double(String(decoding: $0, as: UTF8.self)) }
    }

    /// Reads a `boolean`.
    package func bool(_ column: some PostgresColumn) throws(PostgresError) -> Bool {
        try required(optionalBool(column), column)
    }

    /// Reads a `boolean`, or nil for null.
    package func optionalBool(_ column: some PostgresColumn) throws(PostgresError) -> Bool? {
        try optional(column) { Self.parseBool($0) }
    }

    /// Reads the text form of a value of any type.
    package func string(_ column: some PostgresColumn) throws(PostgresError) -> String {
        try required(optionalString(column), column)
    }

    /// Reads the text form of a value of any type, or nil for null.
    package func optionalString(_ column: some PostgresColumn) throws(PostgresError) -> String? {
        try optional(column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Feeds the text form of a value of any type to a hasher, which reads the bytes where they lie and keeps none; a null
    /// feeds nothing.
    package func hash(_ column: some PostgresColumn, into hasher: inout Hasher) throws(PostgresError) {
        _ = try optional(column) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Reads a `bytea`.
    package func bytes(_ column: some PostgresColumn) throws(PostgresError) -> [UInt8] {
        try required(optionalBytes(column), column)
    }

    /// Reads a `bytea`, or nil for null.
    package func optionalBytes(_ column: some PostgresColumn) throws(PostgresError) -> [UInt8]? {
        try optional(column) { PostgresArray.bytes(fromHex: $0) }
    }

    /// Reads a `timestamptz`, `timestamp` (taken as UTC) or `date` as microseconds since 1970.
    package func timestamp(_ column: some PostgresColumn) throws(PostgresError) -> Int64 {
        try required(optionalTimestamp(column), column)
    }

    /// Reads a `timestamptz`, `timestamp` or `date` as microseconds since 1970, or nil for null.
    package func optionalTimestamp(_ column: some PostgresColumn) throws(PostgresError) -> Int64? {
        try optional(column) { PostgresTimestamp.parse($0) }
    }

    /// Reads an array of numbers without fractions, none of them null.
    package func ints(_ column: some PostgresColumn) throws(PostgresError) -> [Int] {
        try required(optional(column) { PostgresNumber.ints($0) }, column)
    }

    /// Reads an array of texts, none of them null.
    package func strings(_ column: some PostgresColumn) throws(PostgresError) -> [String] {
        let texts = try optional(column) { text in
            PostgresArray.plainTexts(text)
                ?? PostgresArray.parse(text).flatMap { elements in
                    let known = elements.compactMap { $0.map { String(decoding: $0, as: UTF8.self) } }
                    return known.count == elements.count ? known : nil
                }
        }
        return try required(texts, column)
    }

    /// Reads a `bytea[]`, none of its elements null.
    package func byteArrays(_ column: some PostgresColumn) throws(PostgresError) -> [[UInt8]] {
        try array(column) { $0.withUnsafeBufferPointer { PostgresArray.bytes(fromHex: $0) } }
    }

    /// Reads a `boolean[]`, none of its elements null.
    package func bools(_ column: some PostgresColumn) throws(PostgresError) -> [Bool] {
        try array(column) { Self.parseBool($0) }
    }

    private static func parseBool(_ text: some Collection<UInt8>) -> Bool? {
        guard text.count == 1 else { return nil }
        switch text.first {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: return nil
        }
    }

    private func array<Element>(
        _ column: some PostgresColumn,
        _ decode: ([UInt8]) -> Element?
    ) throws(PostgresError) -> [Element] {
        let elements: [Element]? = try optional(column) { text in
            guard let parts = PostgresArray.parse(text) else { return nil }
            var elements: [Element] = []
            elements.reserveCapacity(parts.count)
            for part in parts {
                guard let part, let element = decode(part) else { return nil }
                elements.append(element)
            }
            return elements
        }
        return try required(elements, column)
    }

    @inline(__always)
    func required<Value>(_ value: Value?, _ column: some PostgresColumn) throws(PostgresError) -> Value {
        guard let value else { throw PostgresError(.invalidResult, "column \(column) is null") }
        return value
    }

    /// Decodes a value that is not null; nil where it is.
    ///
    /// Inlined, since millions of values are read: what it decodes to is known in each reader then.
    @inline(__always)
    private func optional<Value>(
        _ column: some PostgresColumn,
        _ decode: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        guard let result, let position = column.position(in: result.columns) else { throw missing(column) }
        return try value(column, at: position, of: result, decode)
    }

    func missing(_ column: some PostgresColumn) -> PostgresError {
        let names = result?.columns.joined(separator: ", ") ?? ""
        return PostgresError(.invalidResult, "no column \(column) among: \(names)")
    }

    /// Decodes the value in one of the result's columns, which has to be there; nil for null.
    ///
    /// The bytes that `decode` gets are libpq's, which keeps them until the result is cleared; nothing may keep them longer.
    @inline(__always)
    func value<Value>(
        _ column: some PostgresColumn,
        at position: Int,
        of result: PostgresResult,
        _ decode: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        let index = Int32(truncatingIfNeeded: position)
        guard PQgetisnull(result.pointer, row, index) == 0 else { return nil }
        let length = Int(PQgetlength(result.pointer, row, index))
        // Bytes whatever C calls them; libpq keeps `length` of them until the result is cleared.
        let bytes = UnsafeRawPointer(PQgetvalue(result.pointer, row, index))?.assumingMemoryBound(to: UInt8.self)
        guard let value = decode(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : length)) else {
            throw PostgresError(.invalidResult, "column \(column) does not hold a value of type \(Value.self)")
        }
        // The bytes are the result's.
        return withExtendedLifetime(result) { value }
    }
}
