/// A CPE 2.3 name bound to a formatted string (NISTIR 7695, 6.2).
struct CPEName: Hashable {
    var vendor: String
    var product: String
    var version: String
    /// `target_sw`; empty for any.
    var targetSoftware = ""

    /// The name; `nil` where a part is empty or has a character that no CPE can have.
    var formatted: String? {
        guard let vendor = Self.escape(vendor), let product = Self.escape(product),
            let version = Self.escape(version)
        else { return nil }
        let target = targetSoftware.isEmpty ? "*" : Self.escape(targetSoftware) ?? "*"
        return "cpe:2.3:a:\(vendor):\(product):\(version):*:*:*:*:\(target):*:*"
    }

    /// Letters, digits, `-`, `.` and `_` stand for themselves, other printable ASCII is escaped, a space is `_`.
    ///
    /// `nil` for `-` alone, which means «not applicable».
    private static func escape(_ text: String) -> String? {
        guard !text.isEmpty, text != "-", text.utf8.count <= 256 else { return nil }
        var out = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            switch byte {
            case 0x20: out.append("_")
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: out.unicodeScalars.append(scalar)
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): out.unicodeScalars.append(scalar)
            case 0x21...0x7E:
                out.append("\\")
                out.unicodeScalars.append(scalar)
            default: return nil
            }
        }
        return out
    }
}
