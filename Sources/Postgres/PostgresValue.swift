/// A parameter of a statement, or one column of a row to copy.
///
/// Values travel beside the SQL text, never inside it. Where the server cannot tell the type of a parameter from its
/// place, write the type in the statement: `$1::bigint[]`.
package enum PostgresValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    /// Text without NUL bytes, which PostgreSQL cannot store.
    case text(String)
    /// A `bytea`.
    case bytes([UInt8])
    /// JSON text, for `json` and `jsonb`.
    case json(String)
    /// A `timestamptz` in microseconds since 1970-01-01 00:00 UTC, within the years 1 to 9999.
    case timestamp(microseconds: Int64)
    case boolArray([Bool])
    case int64Array([Int64])
    case doubleArray([Double])
    case textArray([String])
    case bytesArray([[UInt8]])
    /// A `bigint[]` some of whose elements are null.
    case optionalInt64Array([Int64?])
    /// A `text[]` some of whose elements are null.
    case optionalTextArray([String?])
}

extension PostgresValue {
    /// An integer of the platform's width.
    package static func int(_ value: Int) -> PostgresValue { .int(Int64(value)) }
    /// An integer, or null.
    package static func int(_ value: Int?) -> PostgresValue { value.map { .int(Int64($0)) } ?? .null }
    /// Text, or null.
    package static func text(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }
    /// Integers of the platform's width.
    package static func intArray(_ values: [Int]) -> PostgresValue { .int64Array(values.map { Int64($0) }) }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}
