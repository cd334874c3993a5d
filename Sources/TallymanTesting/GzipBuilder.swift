/// Writes gzip members without a compressor: stored deflate blocks (RFC 1951, 3.2.4) in RFC 1952's frame.
package enum GzipBuilder {
    private static let maxStoredBytes = 0xffff

    /// One member that holds `bytes`; with `name`, its header carries that file name.
    package static func member(_ bytes: [UInt8], name: String? = nil) -> [UInt8] {
        var out: [UInt8] = [0x1f, 0x8b, 8, name == nil ? 0 : 8, 0, 0, 0, 0, 0, 0xff]
        if let name { out += Array(name.utf8) + [0] }
        var start = 0
        repeat {
            let end = min(start + maxStoredBytes, bytes.count)
            let length = end - start
            let low = UInt8(length & 0xff)
            let high = UInt8(length >> 8)
            out += [end == bytes.count ? 1 : 0, low, high, ~low, ~high]
            out += bytes[start..<end]
            start = end
        } while start < bytes.count
        return out + littleEndian(crc32(bytes)) + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
    }

    /// The CRC-32 of RFC 1952, section 8.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}
