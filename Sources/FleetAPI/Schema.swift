package import AnchoreAPI

/// What a value of the API is: JSON Schema as far as the API needs it.
///
/// Requests are checked by the same values that the
/// document publishes, and answers are written from the same fields.
package indirect enum Schema: Sendable {
    /// Any text; only in answers.
    case text
    /// A text of answers with a `format` of JSON Schema.
    case formatted(String)
    /// A text that clients send.
    case shaped(TextShape)
    case choice([String])
    case integer(ClosedRange<Int>)
    case number
    case flag
    /// An array of at most so many elements.
    case list(Schema, most: Int?)
    /// An object with a name of its own in the document.
    case record(String, [Member])
    /// An object of which only some members are described.
    case open([Member])

    /// One member of an object.
    package struct Member: Sendable {
        package let name: String
        package let text: String
        package let schema: Schema
        package let isRequired: Bool

        package init(_ name: String, _ text: String, _ schema: Schema, isRequired: Bool = true) {
            self.name = name
            self.text = text
            self.schema = schema
            self.isRequired = isRequired
        }
    }
}

extension Schema {
    /// The schema as the document writes it; objects with a name are references to it.
    package var json: JSONValue { described(nil) }

    /// The same with a description beside it.
    func described(_ text: String?) -> JSONValue {
        var members: [JSONMember] = []
        func add(_ name: String, _ value: JSONValue) { members.append(JSONMember(name, value)) }
        switch self {
        case .text: add("type", "string")
        case .formatted(let format):
            add("type", "string")
            add("format", .string(format))
        case .shaped(let shape):
            add("type", "string")
            add("pattern", .string(shape.pattern))
            add("minLength", .int(shape.lengths.lowerBound))
            add("maxLength", .int(shape.lengths.upperBound))
            if let format = shape.format { add("format", .string(format)) }
        case .choice(let values):
            add("type", "string")
            add("enum", .strings(values))
        case .integer(let range):
            add("type", "integer")
            add("format", "int64")
            if range.lowerBound > .min { add("minimum", .int(range.lowerBound)) }
            if range.upperBound < .max { add("maximum", .int(range.upperBound)) }
        case .number: add("type", "number")
        case .flag: add("type", "boolean")
        case .list(let element, let most):
            add("type", "array")
            add("items", element.json)
            if let most { add("maxItems", .int(most)) }
        case .record(let name, _): add("$ref", .string("#/components/schemas/\(name)"))
        case .open(let fields): members += Self.object(fields, isOpen: true)
        }
        if let text { add("description", .string(text)) }
        return .object(members)
    }

    /// An object's own schema.
    static func object(_ fields: [Member], isOpen: Bool) -> [JSONMember] {
        let required = fields.filter(\.isRequired).map(\.name)
        var members = [
            JSONMember("type", "object"),
            JSONMember(
                "properties",
                .object(fields.map { JSONMember($0.name, $0.schema.described($0.text)) })
            ),
        ]
        if !required.isEmpty { members.append(JSONMember("required", .strings(required))) }
        members.append(JSONMember("additionalProperties", .bool(isOpen)))
        return members
    }

    /// Adds the named objects that it is made of to `found`.
    func collect(into found: inout [String: [Member]]) {
        switch self {
        case .list(let element, _): element.collect(into: &found)
        case .record(let name, let fields):
            guard found.updateValue(fields, forKey: name) == nil else { return }
            for field in fields { field.schema.collect(into: &found) }
        case .open(let fields): for field in fields { field.schema.collect(into: &found) }
        case .text, .formatted, .shaped, .choice, .integer, .number, .flag: break
        }
    }
}
