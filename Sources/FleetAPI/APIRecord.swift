package import AnchoreAPI
package import ScanModel

/// Something that answers are made of.
package protocol APIValue: Sendable {
    static var schema: Schema { get }
    var json: JSONValue { get }
}

/// An object of answers.
///
/// Its schema and its JSON come from one list of fields, so that neither can say other than the other.
package protocol APIRecord: APIValue {
    /// The name of the schema in the document.
    static var recordName: String { get }
    static var fields: [Field<Self>] { get }
}

extension APIRecord {
    package static var schema: Schema { .record(recordName, fields.map(\.member)) }

    package var json: JSONValue {
        var members: [JSONMember] = []
        members.reserveCapacity(Self.fields.count)
        for field in Self.fields {
            if let value = field.value(self) { members.append(JSONMember(field.member.name, value)) }
        }
        return .object(members)
    }
}

/// One member of a record: its name, what it is, and where it comes from.
package struct Field<Root>: Sendable {
    let member: Schema.Member
    /// `nil` for a member that is left out.
    let value: @Sendable (Root) -> JSONValue?

    /// A member that is always there.
    package init<Value: APIValue>(
        _ name: String,
        _ text: String,
        _ value: @escaping @Sendable (Root) -> Value
    ) {
        member = Schema.Member(name, text, Value.schema)
        self.value = { value($0).json }
    }

    /// A member that is left out where there is no value.
    package init<Value: APIValue>(
        optional name: String,
        _ text: String,
        _ value: @escaping @Sendable (Root) -> Value?
    ) {
        member = Schema.Member(name, text, Value.schema, isRequired: false)
        self.value = { value($0)?.json }
    }

    /// A time, `2026-01-31T23:59:59Z`.
    package init(time name: String, _ text: String, _ value: @escaping @Sendable (Root) -> String) {
        member = Schema.Member(name, text, .formatted("date-time"))
        self.value = { .string(value($0)) }
    }

    /// A time that is left out where there is none.
    package init(optionalTime name: String, _ text: String, _ value: @escaping @Sendable (Root) -> String?) {
        member = Schema.Member(name, text, .formatted("date-time"), isRequired: false)
        self.value = { value($0).map { .string($0) } }
    }

    /// One of some words.
    package init(
        _ name: String,
        _ text: String,
        among words: [String],
        _ value: @escaping @Sendable (Root) -> String
    ) {
        member = Schema.Member(name, text, .choice(words))
        self.value = { .string(value($0)) }
    }
}

extension String: APIValue {
    package static var schema: Schema { .text }
    package var json: JSONValue { .string(self) }
}

extension Int: APIValue {
    package static var schema: Schema { .integer(.min ... .max) }
    package var json: JSONValue { .int(self) }
}

extension Double: APIValue {
    package static var schema: Schema { .number }
    package var json: JSONValue { .number(isFinite ? self : 0) }
}

extension Bool: APIValue {
    package static var schema: Schema { .flag }
    package var json: JSONValue { .bool(self) }
}

extension Array: APIValue where Element: APIValue {
    package static var schema: Schema { .list(Element.schema, most: nil) }
    package var json: JSONValue { .array(map(\.json)) }
}

extension Severity: APIValue {
    package static var schema: Schema { .choice(allCases.map(\.rawValue)) }
    package var json: JSONValue { .string(rawValue) }
}

extension FixState: APIValue {
    package static var schema: Schema { .choice(allCases.map(\.rawValue)) }
    package var json: JSONValue { .string(rawValue) }
}

extension PackageType: APIValue {
    package static var schema: Schema { .text }
    package var json: JSONValue { .string(rawValue) }
}
