import LinearRegex

/// What a parameter's text must be; in bundles every value is a text.
package enum ParameterKind: Sendable {
    case text
    /// A regular expression of Python's, which is read when the bundle is.
    case regex
    /// One of these words, in this spelling.
    case choice([String])
    case boolean
    case integer
    case decimal
    case list
    case integerList
    /// A number of bytes with an optional unit, a number or a text, as the parameter `attribute` says (`MetadataGate.swift`).
    case dependent

    /// The validator's name in Anchore's description of its gates.
    package var validatorType: String {
        switch self {
        case .text, .regex: "type"
        case .choice: "EnumString"
        case .boolean: "BooleanString"
        case .integer: "IntegerString"
        case .decimal: "FloatString"
        case .list: "CommaDelimitedStringList"
        case .integerList: "CommaDelimitedStringOfNumbers"
        case .dependent: "LinkedValidator"
        }
    }

    package var summary: String {
        switch self {
        case .text: "A single value of a basic json type: string"
        case .regex: "A regular expression as Python's re has them, matched from the start"
        case .choice(let words): "One of [\(PythonText.list(words))]"
        case .boolean:
            "Value must be string representation of a boolean. One of: [\"true\",\"false\"], case insensitive"
        case .integer: "Single integer number as a string"
        case .decimal: "Single float number as a string"
        case .list: "Comma delimited list of strings"
        case .integerList: "Comma delimited list of numbers"
        case .dependent:
            "Validates a value based on the value of another parameter. If that parameter fails validation so will this one"
        }
    }

    /// Why `text` is no such value; `nil` where it is one.
    func problem(with text: String) -> String? {
        switch self {
        case .text, .dependent: return nil
        case .regex:
            do {
                _ = try RegexPattern(text)
                return nil
            } catch {
                return "no regular expression that can be matched: \(error)"
            }
        case .choice(let words):
            return words.contains(text) ? nil : "not one of \(words.joined(separator: ", "))"
        case .boolean: return ["true", "false"].contains(text.lowercased()) ? nil : "neither true nor false"
        case .integer: return Self.integer(text) == nil ? "no whole number" : nil
        case .decimal: return Self.decimal(text) == nil ? "no decimal number" : nil
        case .list:
            let items = text.split(separator: ",", omittingEmptySubsequences: false)
            return items.contains(where: \.isEmpty) ? "a list with an empty item" : nil
        case .integerList:
            let items = text.split(separator: ",", omittingEmptySubsequences: false)
            return items.allSatisfy { Self.integer(String($0)) != nil } ? nil : "no list of whole numbers"
        }
    }

    /// Digits, with space around them; those that no `Int` holds are none.
    static func integer(_ text: String) -> Int? {
        let digits = PythonText.stripped(text)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(digits)
    }

    /// Digits, a point and digits, with space around them and a minus in front.
    static func decimal(_ text: String) -> Double? {
        let digits = PythonText.stripped(text)
        let isPlain = digits.utf8.allSatisfy {
            (48...57).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        // Swift wants a digit on both sides of the point, Python on one.
        guard isPlain, digits.utf8.contains(where: { (48...57).contains($0) }) else { return nil }
        let sign = digits.hasPrefix("-") ? "-" : ""
        let rest = digits.dropFirst(sign.count)
        return Double("\(sign)0\(rest)" + (rest.hasSuffix(".") ? "0" : ""))
    }
}
