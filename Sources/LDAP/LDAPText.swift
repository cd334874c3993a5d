/// Values put into names and filters, escaped so that they are never anything else.
package enum LDAPText {
    /// Puts the escaped value in the place of every `{name}` of a template.
    package static func filled(_ template: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[open...]
            // What was put in is not looked at again.
            guard let close = rest.firstIndex(of: "}"), let value = values[String(rest[..<close].dropFirst())] else {
                result.append("{")
                rest = rest.dropFirst()
                continue
            }
            result += escaped(value)
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// A value for a distinguished name (RFC 4514, section 2.4) and for a search filter (RFC 4515, section 3) alike.
    ///
    /// More is escaped than has to be: all but letters, digits, `-`, `.`, `_` and `@`, as `\` and two hexadecimal digits.
    package static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "@"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(digit(byte >> 4))
                bytes.append(digit(byte & 15))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
