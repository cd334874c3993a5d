package import OnePassJSON

/// Reads a JSON document into a ``JSONValue``.
///
/// Strings with bad UTF-8 or halves of surrogate pairs are mended: a record is not lost for a letter of its description.
package enum JSONReader {
    /// Parses all of `bytes` as one document of at most `maxDepth` levels.
    package static func parse(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) throws(JSONError) -> JSONValue {
        var cursor = JSONCursor(feed: bytes, maxDepth: maxDepth)
        let value = try value(&cursor)
        try cursor.end()
        return value
    }

    /// Parses an object without those of its members that are named, whose values are passed over and not looked at.
    ///
    /// `bytes` are read in this call alone: all that is returned is copied. Throws where it is no object of at most `maxDepth`
    /// levels.
    package static func object(
        _ bytes: UnsafeRawBufferPointer,
        without names: Set<String>,
        maxDepth: Int
    ) throws(JSONError) -> JSONObject {
        var cursor = JSONCursor(feed: bytes, maxDepth: maxDepth)
        try cursor.openObject()
        var object = JSONObject()
        while let name = try cursor.nextMember() {
            if names.contains(name) {
                try cursor.pass()
            } else {
                object.members.append(JSONObject.Member(name: name, value: try value(&cursor)))
            }
        }
        try cursor.end()
        return object
    }

    private static func value(_ cursor: inout JSONCursor) throws(JSONError) -> JSONValue {
        switch try cursor.kind() {
        case .object:
            try cursor.openObject()
            var object = JSONObject()
            while let name = try cursor.nextMember() {
                object.members.append(JSONObject.Member(name: name, value: try value(&cursor)))
            }
            return .object(object)
        case .array:
            try cursor.openArray()
            var elements: [JSONValue] = []
            while try cursor.nextElement() { elements.append(try value(&cursor)) }
            return .array(elements)
        case .string: return .string(try cursor.string())
        case .number:
            guard let number = try cursor.number().double else { throw cursor.error("a number that is too large") }
            return .number(number)
        case .true:
            try cursor.word()
            return .bool(true)
        case .false:
            try cursor.word()
            return .bool(false)
        case .null:
            try cursor.word()
            return .null
        }
    }
}

extension JSONCursor {
    /// A cursor in front of the first value of a feed's document, behind a byte order mark.
    init(feed bytes: UnsafeRawBufferPointer, maxDepth: Int) {
        self.init(bytes, strings: .mended, maxDepth: maxDepth)
        passMark()
    }
}
