/// The Adler-32 checksum (RFC 1950, section 9).
enum Adler32 {
    private static let modulus: UInt32 = 65_521
    /// The most bytes which can be summed before a 32-bit sum may overflow.
    private static let chunkBytes = 5_552

    static func checksum(of bytes: [UInt8]) -> UInt32 {
        var low: UInt32 = 1
        var high: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
            for byte in bytes[start..<min(start + chunkBytes, bytes.count)] {
                low += UInt32(byte)
                high += low
            }
            low %= modulus
            high %= modulus
        }
        return high << 16 | low
    }
}
