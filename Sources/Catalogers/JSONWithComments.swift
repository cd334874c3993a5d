/// JSON with comments and trailing commas, as some tools write it, made plain JSON of the same length.
///
/// Foundation's decoder reads JSON5, but traps on bytes that are not UTF-8.
enum JSONWithComments {
    /// `bytes` with blanks in place of comments and of commas before a closing bracket.
    static func plain(_ bytes: [UInt8]) -> [UInt8] {
        var plain = bytes
        // The last comma after which only white space and comments were seen.
        var comma: Int?
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                comma = nil
                index = endOfString(bytes, from: index)
                continue
            case UInt8(ascii: "/"):
                let end = endOfComment(bytes, from: index)
                for blank in index..<end where bytes[blank] != 0x0A { plain[blank] = 0x20 }
                index = max(end, index + 1)
                continue
            case UInt8(ascii: ","): comma = index
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if let comma { plain[comma] = 0x20 }
                comma = nil
            case 0x20, 0x09, 0x0A, 0x0D: break
            default: comma = nil
            }
            index += 1
        }
        return plain
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes.count
    }

    /// The end of the comment that begins at `start`; `start` itself where none does.
    private static func endOfComment(_ bytes: [UInt8], from start: Int) -> Int {
        guard start + 1 < bytes.count else { return start }
        if bytes[start + 1] == UInt8(ascii: "/") { return bytes[start...].firstIndex(of: 0x0A) ?? bytes.count }
        guard bytes[start + 1] == UInt8(ascii: "*") else { return start }
        var index = start + 2
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        return bytes.count
    }
}
