package import OnePassJSON

/// Reads JSON text of bounded depth into a ``JSONValue``.
///
/// Strings that are no Unicode are refused: what is taken is given back as it came.
package enum JSONReader {
    /// Arrays and objects within each other.
    package static let maxDepth = 64

    /// The value that `bytes` are the text of; throws `JSONError`.
    package static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try bytes.span.withUnsafeBytes { bytes throws(JSONError) in
            var cursor = JSONCursor(bytes, strings: .exact, maxDepth: maxDepth)
            let value = try value(&cursor)
            try cursor.end()
            return value
        }
    }

    private static func value(_ cursor: inout JSONCursor) throws(JSONError) -> JSONValue {
        switch try cursor.kind() {
        case .object:
            try cursor.openObject()
            var members: [JSONMember] = []
            while let name = try cursor.nextMember() { members.append(JSONMember(name, try value(&cursor))) }
            return .object(members)
        case .array:
            try cursor.openArray()
            var values: [JSONValue] = []
            while try cursor.nextElement() { values.append(try value(&cursor)) }
            return .array(values)
        case .string: return .string(try cursor.string())
        case .number: return try number(&cursor)
        case .true:
            try cursor.word()
            return true
        case .false:
            try cursor.word()
            return false
        case .null:
            try cursor.word()
            return .null
        }
    }

    private static func number(_ cursor: inout JSONCursor) throws(JSONError) -> JSONValue {
        let number = try cursor.number()
        if let whole = number.integer { return .int(whole) }
        guard let value = number.double else { throw cursor.error("a number that is too large") }
        return .number(value)
    }
}
