/// Keys (TOML 1.1, "Keys"): bare, quoted and dotted.
extension TOMLReader {
    /// Reads the parts of a key and the blanks around them.
    mutating func readKey() throws(TOMLError) -> [String] {
        var parts: [String] = []
        while true {
            skipBlanks()
            parts.append(try readKeyPart())
            guard parts.count <= limits.maxDepth else { throw error("a key of more than \(limits.maxDepth) parts") }
            skipBlanks()
            guard byte == UInt8(ascii: ".") else { return parts }
            position += 1
        }
    }

    private mutating func readKeyPart() throws(TOMLError) -> String {
        switch byte {
        case UInt8(ascii: "\""): return try readBasicString()
        case UInt8(ascii: "'"): return try readLiteralString()
        default:
            let start = position
            while let byte, Self.isBare(byte) { position += 1 }
            guard position > start else { throw error("expected a key") }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
