@testable import RPMDatabase

/// Makes the bytes of a header, as a database stores it.
struct HeaderBuilder {
    private struct Row {
        let tag: UInt32
        let type: UInt32
        let count: UInt32
        let bytes: [UInt8]
    }

    private var rows: [Row] = []
    /// Rows from here on come after the immutable region; `nil` leaves the region out.
    private var regionEnd: Int?

    init() {}

    /// A header with the fields every package has.
    init(name: String, version: String = "1.0", release: String = "1") {
        add(.name, name)
        add(.version, version)
        add(.release, release)
    }

    mutating func add(_ tag: RPMTag, _ text: String) {
        add(raw: tag.rawValue, type: 6, count: 1, Array(text.utf8) + [0])
    }

    mutating func add(_ tag: RPMTag, strings: [String], type: UInt32 = 8) {
        add(raw: tag.rawValue, type: type, count: strings.count, strings.flatMap { Array($0.utf8) + [0] })
    }

    mutating func add(_ tag: RPMTag, numbers: [UInt32]) {
        add(raw: tag.rawValue, type: 4, count: numbers.count, numbers.flatMap(\.bigEndianBytes))
    }

    mutating func add(_ tag: RPMTag, binary: [UInt8]) {
        add(raw: tag.rawValue, type: 7, count: binary.count, binary)
    }

    mutating func add(raw tag: UInt32, type: UInt32, count: Int, _ bytes: [UInt8]) {
        rows.append(Row(tag: tag, type: type, count: UInt32(count), bytes: bytes))
    }

    /// Ends the immutable region: what is added later was added by the installation.
    mutating func endRegion() {
        regionEnd = rows.count
    }

    func bytes() -> [UInt8] {
        var index: [UInt8] = []
        var data: [UInt8] = []
        if let regionEnd {
            let size = Int32(regionEnd + 1) * 16
            data += UInt32(63).bigEndianBytes + UInt32(7).bigEndianBytes
            data += UInt32(bitPattern: -size).bigEndianBytes + UInt32(16).bigEndianBytes
            index += UInt32(63).bigEndianBytes + UInt32(7).bigEndianBytes
            index += UInt32(0).bigEndianBytes + UInt32(16).bigEndianBytes
        }
        for row in rows {
            index += row.tag.bigEndianBytes + row.type.bigEndianBytes
            index += UInt32(data.count).bigEndianBytes + row.count.bigEndianBytes
            data += row.bytes
        }
        return UInt32(index.count / 16).bigEndianBytes + UInt32(data.count).bigEndianBytes + index + data
    }
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
    var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension [UInt8] {
    /// Overwrites bytes from `offset`.
    mutating func put(_ bytes: [UInt8], at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
