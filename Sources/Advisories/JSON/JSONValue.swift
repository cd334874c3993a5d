/// A JSON document in memory (RFC 8259).
package enum JSONValue {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Whether it is `true`.
    var isTrue: Bool {
        if case .bool(true) = self { true } else { false }
    }

    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// The elements; empty for anything but an array.
    package var elements: [JSONValue] {
        if case .array(let values) = self { values } else { [] }
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The member `key` of an object; `nil` for anything else.
    package subscript(key: String) -> JSONValue? { object?[key] }

    /// The strings among the elements of an array.
    package var strings: [String] { elements.compactMap(\.string) }
}

/// The members of a JSON object in document order; of members with one name the first counts.
package struct JSONObject {
    package struct Member {
        package var name: String
        package var value: JSONValue
    }

    package var members: [Member] = []

    package subscript(name: String) -> JSONValue? {
        for member in members where member.name == name { return member.value }
        return nil
    }
}
