/// Writes zlib streams without a compressor: stored deflate blocks (RFC 1951, 3.2.4) in RFC 1950's frame.
enum ZlibBuilder {
    static func stream(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 0xffff, bytes.count)
            let low = UInt8((end - start) & 0xff)
            let high = UInt8((end - start) >> 8)
            out += [end == bytes.count ? 1 : 0, low, high, ~low, ~high] + bytes[start..<end]
            start = end
        } while start < bytes.count
        var (first, second): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            first = (first + UInt32(byte)) % 65_521
            second = (second + first) % 65_521
        }
        let sum = second << 16 | first
        return out + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    }
}

/// The smallest 64-bit ELF file with one named section (System V gABI, chapter 4).
enum ELFBuilder {
    static func file(section name: String, _ content: [UInt8]) -> [UInt8] {
        func le(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
        let names = [0] + Array(name.utf8) + [0]
        var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + zeros(9)
        out += le(2, 2) + le(62, 2) + le(1, 4) + zeros(16) + le(64 + content.count + names.count, 8) + zeros(4)
        out += le(64, 2) + le(56, 2) + le(0, 2) + le(64, 2) + le(3, 2) + le(2, 2) + content + names
        func section(_ name: Int, _ offset: Int, _ size: Int) -> [UInt8] {
            le(name, 4) + le(1, 4) + zeros(16) + le(offset, 8) + le(size, 8) + zeros(24)
        }
        return out + section(0, 0, 0) + section(1, 64, content.count)
            + section(0, 64 + content.count, names.count)
    }
}
