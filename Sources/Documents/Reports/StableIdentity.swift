import Crypto
import ScanModel

/// Names that follow from what they name: the same finding has the same name in every scan.
enum StableIdentity {
    /// 32 hexadecimal digits for `fields`; a field cannot be taken for the end of another.
    static func fingerprint(_ fields: [String]) -> String { Hex.encode(digest(fields).prefix(16)) }

    /// The same as a UUID of version 8, whose bits are up to its maker (RFC 9562, 5.8).
    static func uuid(_ fields: [String]) -> String {
        var bytes = Array(digest(fields).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        var rest = Substring(Hex.encode(bytes))
        var parts: [Substring] = []
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }

    private static func digest(_ fields: [String]) -> [UInt8] {
        var hash = SHA256()
        for field in fields { hash.update(data: Array("\(field.utf8.count):\(field)".utf8)) }
        return Array(hash.finalize())
    }
}
