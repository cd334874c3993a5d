package import AnchoreAPI

/// A JSON value as YAML 1.2 in block style; texts are quoted as JSON quotes them, so that none is read as something else.
package enum YAMLText {
    /// The value as YAML in UTF-8.
    package static func make(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, indent: 0, isInline: false, to: &bytes)
        return bytes
    }

    private static func append(_ value: JSONValue, indent: Int, isInline: Bool, to bytes: inout [UInt8]) {
        switch value {
        case .object(let members) where !members.isEmpty:
            for (index, member) in members.enumerated() {
                // The first member of an element stands beside its dash.
                if index > 0 || !isInline { bytes += Array(repeating: UInt8(ascii: " "), count: indent) }
                JSONValue.string(member.name).append(to: &bytes)
                append(below: member.value, indent: indent, to: &bytes)
            }
        case .array(let values) where !values.isEmpty:
            for value in values {
                bytes += Array(repeating: UInt8(ascii: " "), count: indent) + Array("- ".utf8)
                append(value, indent: indent + 2, isInline: true, to: &bytes)
            }
        default:
            value.append(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private static func append(below value: JSONValue, indent: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: ":"))
        switch value {
        case .object(let members) where !members.isEmpty: bytes.append(UInt8(ascii: "\n"))
        case .array(let values) where !values.isEmpty: bytes.append(UInt8(ascii: "\n"))
        default: bytes.append(UInt8(ascii: " "))
        }
        append(value, indent: indent + 2, isInline: false, to: &bytes)
    }
}
