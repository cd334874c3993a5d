/// Writes archives of stored entries (APPNOTE.TXT 6.3.10), enough to wrap texts and other archives.
enum StoredZip {
    /// Without `checksums` every CRC-32 is zero, which is enough for archives that are never expanded.
    static func build(_ members: [(name: String, contents: [UInt8])], checksums: Bool = true) -> [UInt8] {
        var out: [UInt8] = []
        var directory: [UInt8] = []
        for (name, contents) in members {
            let size = UInt32(contents.count)
            let length = UInt16(name.utf8.count)
            let common =
                le16(0) + le16(0) + le32(0) + le32(checksums ? crc32(contents) : 0) + le32(size) + le32(size)
                + le16(length)
            directory += le32(0x0201_4b50) + le16(20) + le16(20) + common + le16(0) + le16(0) + le16(0) + le16(0)
            directory += le32(0) + le32(UInt32(out.count)) + Array(name.utf8)
            out += le32(0x0403_4b50) + le16(20) + common + le16(0) + Array(name.utf8) + contents
        }
        let end = le32(UInt32(directory.count)) + le32(UInt32(out.count)) + le16(0)
        let count = le16(UInt16(members.count))
        return out + directory + le32(0x0605_4b50) + le32(0) + count + count + end
    }

    static func build(_ texts: KeyValuePairs<String, String>) -> [UInt8] {
        build(texts.map { ($0.key, Array($0.value.utf8)) })
    }

    private static func le16(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    private static func le32(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xff)] ^ crc >> 8 }
    }
}
