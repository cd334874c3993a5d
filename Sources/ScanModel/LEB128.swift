/// Unsigned numbers in as few bytes as they need, seven bits a byte, the lowest first (DWARF 5, 7.6).
enum LEB128 {
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The number at `offset`, which moves behind it; `nil` where the bytes end or the number has over 63 bits.
    static func read(_ bytes: [UInt8], _ offset: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset >= 0, offset < bytes.count, shift < 63 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// The same for a number of bytes or entries, which `Int` must hold.
    static func readCount(_ bytes: [UInt8], _ offset: inout Int) -> Int? {
        guard let value = read(bytes, &offset) else { return nil }
        return Int(exactly: value)
    }
}
