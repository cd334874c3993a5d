extension UnsafeRawBufferPointer {
    /// The first quote, backslash or control character from `start` on; the end of the bytes where there is none.
    func endOfPlainText(from start: Int) -> Int {
        var place = start
        while count - place >= 8 {
            let found = Self.special(UInt64(littleEndian: loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < count {
            let byte = self[place]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
            place += 1
        }
        return count
    }

    /// The highest bit of each of eight bytes that ends plain text, the lowest of them for sure.
    ///
    /// Higher ones may be wrong, since what is subtracted below borrows from them.
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (word ^ 0x2222_2222_2222_2222) &- ones
        let backslashes = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- ones
        let controls = word &- 0x2020_2020_2020_2020
        return (quotes | backslashes | controls) & ~word & 0x8080_8080_8080_8080
    }
}
