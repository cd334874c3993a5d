/// Makes an rpm database of the ndb form: a header blob with an index of tags for each package, in slots.
struct RPMBuilder {
    private var blobs: [[UInt8]] = []

    /// Adds a package; `texts` and `numbers` are by tag (rpm, rpmtag.h): 1000 name, 1001 version, 1002 release, 1003 epoch.
    mutating func add(_ texts: [UInt32: String], numbers: [UInt32: UInt32] = [:]) {
        var rows: [(tag: UInt32, type: UInt32, bytes: [UInt8])] = numbers.map { ($0, 4, Self.big($1)) }
        rows += texts.map { ($0, 6, Array($1.utf8) + [0]) }
        var index: [UInt8] = []
        var data: [UInt8] = []
        for row in rows.sorted(by: { ($0.type, $0.tag) < ($1.type, $1.tag) }) {
            index += Self.big(row.tag) + Self.big(row.type) + Self.big(UInt32(data.count)) + Self.big(1)
            data += row.bytes
        }
        blobs.append(Self.big(UInt32(rows.count)) + Self.big(UInt32(data.count)) + index + data)
    }

    /// Adds a package of the fields that every one has, and `more`.
    mutating func add(
        _ name: String,
        _ version: String,
        _ release: String,
        more: [UInt32: String] = [:],
        epoch: UInt32? = nil
    ) {
        let fields: [UInt32: String] = [1000: name, 1001: version, 1002: release]
        add(fields.merging(more) { $1 }, numbers: epoch.map { [1003: $0] } ?? [:])
    }

    /// The first package as a file: lead, a signature of three bytes, the header, and what stands for a payload.
    var packageFile: [UInt8] {
        let magic: [UInt8] = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0]
        var file: [UInt8] = [0xed, 0xab, 0xee, 0xdb, 3, 0] + [UInt8](repeating: 0, count: 90)
        file += magic
        // One entry and three bytes; its tag, its type (binary), where it is, and how long.
        for number: UInt32 in [1, 3, 1000, 7, 0, 3] { file += Self.big(number) }
        file += [1, 2, 3]
        while file.count % 8 != 0 { file.append(0) }
        file += magic
        file += blobs.first ?? []
        file += Array("payload".utf8)
        return file
    }

    var database: [UInt8] {
        var file = Array("RpmP".utf8) + Self.little(0) + Self.little(1) + Self.little(1)
        file += Self.little(UInt32(blobs.count + 1))
        file += [UInt8](repeating: 0, count: 4096 - file.count)
        for slot in 2..<256 { Self.put(Array("Slot".utf8), at: slot * 16, in: &file) }
        for (index, blob) in blobs.enumerated() {
            let number = Self.little(UInt32(index + 1))
            var bytes = Array("BlbS".utf8) + number + Self.little(1) + Self.little(UInt32(blob.count)) + blob
            while bytes.count % 16 != 4 { bytes.append(0) }
            bytes += Self.little(Self.adler32(bytes)) + Self.little(UInt32(blob.count)) + Array("BlbE".utf8)
            let place = number + Self.little(UInt32(file.count / 16)) + Self.little(UInt32(bytes.count / 16))
            Self.put(place, at: (index + 2) * 16 + 4, in: &file)
            file += bytes
        }
        return file
    }

    private static func put(_ bytes: [UInt8], at offset: Int, in file: inout [UInt8]) {
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    private static func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    private static func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        let sums = bytes.reduce((low: 1, high: 0)) { sums, byte in
            let low = (sums.low + Int(byte)) % 65_521
            return (low, (sums.high + low) % 65_521)
        }
        return UInt32(sums.high << 16 | sums.low)
    }
}
