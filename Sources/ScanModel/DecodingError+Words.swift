extension DecodingError {
    /// What is wrong with a document and where in it, such as `layers[2].size: a number is expected`.
    ///
    /// Names of members and values may stand in it as the document has them.
    package var words: String {
        switch self {
        case .typeMismatch(let type, let context):
            return Self.text("\(Self.noun(type)) is expected", at: context)
        case .valueNotFound(let type, let context):
            return Self.text("\(Self.noun(type)) is expected, not null", at: context)
        case .keyNotFound(let key, let context):
            return Self.text("\(key.stringValue.prefix(80)) is missing", at: context)
        default:
            // Where nothing at all can be read, there is no place.
            guard case .dataCorrupted(let context) = self, !context.codingPath.isEmpty else {
                return "it is no valid JSON"
            }
            return Self.text(context.debugDescription, at: context)
        }
    }

    private static func text(_ what: String, at context: Context) -> String {
        var place = ""
        for key in context.codingPath {
            if let index = key.intValue {
                place += "[\(index)]"
            } else {
                if !place.isEmpty { place += "." }
                place += String(key.stringValue.prefix(80))
            }
        }
        return place.isEmpty ? what : "\(place): \(what)"
    }

    private static func noun(_ type: Any.Type) -> String {
        if type == String.self { return "a text" }
        if type == Bool.self { return "true or false" }
        if type is any BinaryInteger.Type || type is any BinaryFloatingPoint.Type { return "a number" }
        let name = "\(type)"
        if name.hasPrefix("Array<") { return "a list" }
        return name.hasPrefix("Dictionary<") ? "an object" : "another kind of value"
    }
}
