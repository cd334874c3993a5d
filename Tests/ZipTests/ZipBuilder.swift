/// Writes ZIP archives byte by byte after APPNOTE.TXT, including wrong ones.
struct ZipBuilder {
    struct Member {
        var name: [UInt8]
        var contents: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var crc32: UInt32?
        var declaredSize: UInt32?
        var declaredOffset: UInt32?
        var isZip64 = false

        init(_ name: String, _ contents: [UInt8], deflate: Bool = false) {
            self.name = Array(name.utf8)
            self.contents = contents
            method = deflate ? 8 : 0
        }
    }

    var members: [Member] = []
    var comment: [UInt8] = []
    var prefix: [UInt8] = []
    /// Whether the stored offsets count the prefix, as `zip -A` makes them.
    var countsPrefix = false
    var usesZip64EndRecord = false
    var declaredEntries: Int?

    func build() -> [UInt8] {
        var out = prefix
        let shift = countsPrefix ? 0 : prefix.count
        var directory: [UInt8] = []
        for member in members {
            let body = member.method == 8 ? FixedDeflate.encode(member.contents) : member.contents
            let crc = member.crc32 ?? crc32Bitwise(member.contents)
            let size = member.declaredSize ?? UInt32(member.contents.count)
            let offset = member.declaredOffset ?? UInt32(out.count - shift)
            let sizes = member.isZip64 ? le32(.max) + le32(.max) : le32(UInt32(body.count)) + le32(size)
            let common = le16(member.flags) + le16(member.method) + le32(0) + le32(crc) + sizes
            out += le32(0x0403_4b50) + le16(20) + common + le16(UInt16(member.name.count)) + le16(0)
            out += member.name + body
            let extra: [UInt8] =
                member.isZip64
                ? le16(1) + le16(24) + le64(UInt64(size)) + le64(UInt64(body.count)) + le64(UInt64(offset)) : []
            directory += le32(0x0201_4b50) + le16(20) + le16(20) + common + le16(UInt16(member.name.count))
            directory += le16(UInt16(extra.count)) + le16(0) + le16(0) + le16(0) + le32(0)
            directory += le32(member.isZip64 ? .max : offset) + member.name + extra
        }
        let count = declaredEntries ?? members.count
        let start = out.count - shift
        out += directory
        if usesZip64EndRecord {
            let record = out.count - shift
            out += le32(0x0606_4b50) + le64(44) + le16(45) + le16(45) + le32(0) + le32(0)
            out += le64(UInt64(count)) + le64(UInt64(count)) + le64(UInt64(directory.count)) + le64(UInt64(start))
            out += le32(0x0706_4b50) + le32(0) + le64(UInt64(record)) + le32(1)
            out += le32(0x0605_4b50) + le16(0) + le16(0) + le16(.max) + le16(.max) + le32(.max) + le32(.max)
        } else {
            out += le32(0x0605_4b50) + le16(0) + le16(0) + le16(UInt16(count)) + le16(UInt16(count))
            out += le32(UInt32(directory.count)) + le32(UInt32(start))
        }
        return out + le16(UInt16(comment.count)) + comment
    }
}

func le16(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
func le32(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
func le64(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

/// CRC-32 of RFC 1952, section 8, one bit at a time; independent of the library under test.
func crc32Bitwise(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
}

/// Deflate with the fixed Huffman code (RFC 1951, section 3.2.6), literals and runs of one byte only.
enum FixedDeflate {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var writer = BitWriter()
        writer.plain(1, bits: 1)
        writer.plain(1, bits: 2)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if index > 0, bytes[index - 1] == byte {
                var run = 0
                while run < 258, index + run < bytes.count, bytes[index + run] == byte { run += 1 }
                if run == 258 {
                    writer.code(0b1100_0101, bits: 8)  // Length symbol 285 is 258 bytes, no extra bits.
                    writer.code(0, bits: 5)  // Distance symbol 0 is one byte back.
                    index += run
                    continue
                }
            }
            if byte < 144 {
                writer.code(0x30 + UInt32(byte), bits: 8)
            } else {
                writer.code(0x190 + UInt32(byte) - 144, bits: 9)
            }
            index += 1
        }
        writer.code(0, bits: 7)
        return writer.finished
    }

    private struct BitWriter {
        private var bytes: [UInt8] = []
        private var used = 8

        mutating func plain(_ value: UInt32, bits: Int) {
            for bit in 0..<bits { push(value >> bit & 1) }
        }

        mutating func code(_ value: UInt32, bits: Int) {
            for bit in (0..<bits).reversed() { push(value >> bit & 1) }
        }

        private mutating func push(_ bit: UInt32) {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            bytes[bytes.count - 1] |= UInt8(bit) << used
            used += 1
        }

        var finished: [UInt8] { bytes }
    }
}
