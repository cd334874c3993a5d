/// One `key=value` build setting; either side may be a Go string literal (Go package `runtime/debug`).
enum GoBuildSetting {
    static func parse(_ text: String) -> (key: String, value: String)? {
        var bytes = Array(text.utf8)[...]
        guard let key = side(&bytes, endsAtEquals: true), !key.isEmpty, bytes.first == UInt8(ascii: "=") else {
            return nil
        }
        bytes = bytes.dropFirst()
        guard let value = side(&bytes, endsAtEquals: false) else { return nil }
        return (key, value)
    }

    private static func side(_ bytes: inout ArraySlice<UInt8>, endsAtEquals: Bool) -> String? {
        switch bytes.first {
        case UInt8(ascii: "\""):
            return quoted(&bytes)
        case UInt8(ascii: "`"):
            guard let end = bytes.dropFirst().firstIndex(of: UInt8(ascii: "`")) else { return nil }
            let text = String(decoding: bytes[(bytes.startIndex + 1)..<end], as: UTF8.self)
            bytes = bytes[(end + 1)...]
            return text
        default:
            let end = endsAtEquals ? bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.endIndex : bytes.endIndex
            let text = String(decoding: bytes[..<end], as: UTF8.self)
            bytes = bytes[end...]
            return text
        }
    }

    /// An interpreted string literal (The Go Programming Language Specification, "String literals").
    private static func quoted(_ bytes: inout ArraySlice<UInt8>) -> String? {
        var out: [UInt8] = []
        var index = bytes.startIndex + 1
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\"") {
                bytes = bytes[index...]
                return String(decoding: out, as: UTF8.self)
            }
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard index < bytes.endIndex else { return nil }
            let escape = bytes[index]
            index += 1
            let digits: Int
            switch escape {
            case UInt8(ascii: "n"): digits = 0; out.append(0x0a)
            case UInt8(ascii: "t"): digits = 0; out.append(0x09)
            case UInt8(ascii: "r"): digits = 0; out.append(0x0d)
            case UInt8(ascii: "x"): digits = 2
            case UInt8(ascii: "u"): digits = 4
            case UInt8(ascii: "U"): digits = 8
            default: digits = 0; out.append(escape)
            }
            guard digits > 0 else { continue }
            guard digits <= bytes.endIndex - index,
                let code = UInt32(String(decoding: bytes[index..<index + digits], as: UTF8.self), radix: 16)
            else { return nil }
            index += digits
            if digits == 2 {
                out.append(UInt8(truncatingIfNeeded: code))
            } else if let scalar = Unicode.Scalar(code) {
                out += String(Character(scalar)).utf8
            }
        }
        return nil
    }
}
