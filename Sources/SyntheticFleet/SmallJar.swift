/// Writes a Java archive of stored entries (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16).
enum SmallJar {
    static func archive(_ entries: [(name: String, text: String)]) -> [UInt8] {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for (name, text) in entries {
            let content = Array(text.utf8)
            let place = out.count
            // Version 2.0, no flags, stored, an empty time, then checksum, both sizes, and the lengths of the names.
            var common = word(20) + word(0) + word(0) + word(0) + word(0x21)
            common += long(crc32(content)) + long(UInt32(content.count)) + long(UInt32(content.count))
            common += word(name.utf8.count) + word(0)
            out += [0x50, 0x4b, 3, 4] + common + Array(name.utf8) + content
            directory += [0x50, 0x4b, 1, 2] + word(20) + common + word(0) + word(0) + word(0) + long(0)
            directory += long(UInt32(place)) + Array(name.utf8)
        }
        let place = out.count
        out += directory
        out += [0x50, 0x4b, 5, 6] + word(0) + word(0) + word(entries.count) + word(entries.count)
        return out + long(UInt32(directory.count)) + long(UInt32(place)) + word(0)
    }

    private static func word(_ value: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    private static func long(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }

    /// The CRC-32 of ISO 3309, a bit at a time: the files are small.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? 0xedb8_8320 ^ (sum >> 1) : sum >> 1 }
        }
        return ~sum
    }
}
