import Foundation

/// The members that a JSON object has more than once: JavaScript takes the last of them, and Foundation's decoder the
/// first (RFC 8259, 4).
enum RepeatedMembers {
    /// The last values of those of `names` that the outermost object has more than once; `nil` for what is no string.
    ///
    /// The document has been decoded before: nothing here needs to be well-formed, but it is.
    static func strings(_ names: [String], in bytes: [UInt8]) -> [String: String?] {
        var values: [String: [Int]] = [:]
        var depth = 0
        var position = 0
        var lastString: Range<Int>?
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let end = endOfString(bytes, from: position)
                if depth == 1 { lastString = position..<end }
                position = end
                continue
            case UInt8(ascii: ":") where depth == 1:
                if let key = lastString.flatMap({ decoded(bytes[$0]) }), names.contains(key) {
                    values[key, default: []].append(position + 1)
                }
                lastString = nil
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            position += 1
        }
        return values.filter { $0.value.count > 1 }.mapValues { starts in
            let start = bytes[(starts.last ?? bytes.count)...].firstIndex { $0 > 0x20 } ?? bytes.count
            guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else { return nil }
            return decoded(bytes[start..<endOfString(bytes, from: start)])
        }
    }

    /// Just behind the closing quote of the string that begins at `start`.
    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start + 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): return position + 1
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        return bytes.count
    }

    /// The text of a string with its quotes; keys and versions are short.
    private static func decoded(_ string: ArraySlice<UInt8>) -> String? {
        guard string.count <= 1024 else { return nil }
        let inner = string.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return try? JSONDecoder().decode(String.self, from: Data(string))  // an escape that is none
    }
}
