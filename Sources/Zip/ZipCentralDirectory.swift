import Bytes

/// Reads the central directory into entries (APPNOTE.TXT 6.3.10, section 4.3.12).
struct ZipCentralDirectory {
    private(set) var entries: [ZipEntry] = []
    private(set) var problems: [String] = []

    static let headerSize = 46
    /// The fixed part of a local file header (section 4.3.7); what follows it is at least the compressed bytes.
    static let localHeaderSize = 30
    private static let maxProblems = 20
    private static let zip64ExtraField: UInt16 = 0x0001
    /// Bits 0 (encrypted), 6 (strong encryption) and 13 (masked headers) of the general purpose flags (section 4.4.4).
    private static let encryptionFlags: UInt16 = 1 << 0 | 1 << 6 | 1 << 13

    private struct Record {
        var name: [UInt8]
        var flags: UInt16
        var method: UInt16
        var crc32: UInt32
        var compressedSize: Int
        var size: Int
        var headerOffset: Int
    }

    init(_ file: FileBytes, at location: ZipDirectoryLocation, limits: ZipLimits) throws(ZipError) {
        let byteCount = location.end - location.start
        guard byteCount <= limits.maxDirectoryBytes else {
            throw ZipError(.limit, "central directory of \(byteCount) bytes, limit \(limits.maxDirectoryBytes)")
        }
        guard location.declaredEntries <= UInt64(max(0, limits.maxEntries)) else {
            throw ZipError(.limit, "\(location.declaredEntries) entries declared, limit \(limits.maxEntries)")
        }
        guard let bytes = file.bytes(at: location.start, count: byteCount) else {
            throw ZipError(.damaged, "central directory lies outside the file")
        }
        let fields = LittleEndian(bytes: bytes)
        var records: [Record] = []
        var position = 0
        var seen: UInt64 = 0
        // The count in a plain end record wraps at 65536, therefore the extent of the directory decides.
        while fields.u32(at: position) == ZipDirectoryLocation.centralSignature {
            guard records.count < limits.maxEntries else {
                throw ZipError(.limit, "more than \(limits.maxEntries) entries")
            }
            guard let length = Self.recordLength(fields, at: position), length <= bytes.count - position else { break }
            seen += 1
            if let record = Self.record(fields, at: position, prefix: location.prefix) {
                records.append(record)
            } else if problems.count < Self.maxProblems {
                problems.append("central directory record \(seen) has impossible sizes")
            }
            position += length
        }
        if seen < location.declaredEntries {
            problems.append("central directory ends after \(seen) of \(location.declaredEntries) entries")
        }
        let overlapping = Self.overlapping(records, directoryStart: location.start)
        entries = records.indices.map { Self.entry(records[$0], isOverlapping: overlapping[$0]) }
    }

    private static func recordLength(_ fields: LittleEndian, at position: Int) -> Int? {
        guard let name = fields.u16(at: position + 28), let extra = fields.u16(at: position + 30),
            let comment = fields.u16(at: position + 32), position + headerSize <= fields.bytes.count
        else { return nil }
        return headerSize + Int(name) + Int(extra) + Int(comment)
    }

    private static func record(_ fields: LittleEndian, at position: Int, prefix: Int) -> Record? {
        guard let flags = fields.u16(at: position + 8), let method = fields.u16(at: position + 10),
            let crc32 = fields.u32(at: position + 16), let compressed32 = fields.u32(at: position + 20),
            let size32 = fields.u32(at: position + 24), let nameLength = fields.u16(at: position + 28),
            let extraLength = fields.u16(at: position + 30), let offset32 = fields.u32(at: position + 42)
        else { return nil }
        let nameEnd = position + headerSize + Int(nameLength)
        var size = UInt64(size32)
        var compressed = UInt64(compressed32)
        var offset = UInt64(offset32)
        if size32 == .max || compressed32 == .max || offset32 == .max {
            // Section 4.5.3: the extra field has only the values whose plain fields are at their maximum, in this order.
            var field = zip64Field(fields, from: nameEnd, to: nameEnd + Int(extraLength))
            func next(_ plain: UInt32) -> UInt64? {
                guard plain == .max else { return UInt64(plain) }
                guard let (at, end) = field, end - at >= 8 else { return field == nil ? UInt64(plain) : nil }
                field = (at + 8, end)
                return fields.u64(at: at)
            }
            guard let size64 = next(size32), let compressed64 = next(compressed32), let offset64 = next(offset32) else {
                return nil
            }
            (size, compressed, offset) = (size64, compressed64, offset64)
        }
        guard let size = Int(exactly: size), let compressed = Int(exactly: compressed),
            let offset = Int(exactly: offset),
            case let (headerOffset, overflow) = offset.addingReportingOverflow(prefix), !overflow
        else { return nil }
        return Record(
            name: Array(fields.bytes[(position + headerSize)..<nameEnd]),
            flags: flags,
            method: method,
            crc32: crc32,
            compressedSize: compressed,
            size: size,
            headerOffset: headerOffset
        )
    }

    /// The data of the ZIP64 extra field between two offsets (section 4.5.1: tag, length, data), or `nil`.
    private static func zip64Field(_ fields: LittleEndian, from start: Int, to end: Int) -> (Int, Int)? {
        var position = start
        while position + 4 <= end, let tag = fields.u16(at: position), let length = fields.u16(at: position + 2) {
            let dataEnd = position + 4 + Int(length)
            guard dataEnd <= end else { return nil }
            if tag == zip64ExtraField { return (position + 4, dataEnd) }
            position = dataEnd
        }
        return nil
    }

    /// Which records share bytes with one at a lower offset, so that no byte of the archive is expanded twice.
    ///
    /// This is what makes the size of the archive a bound on the work it can cause: known bombs reach their ratio by
    /// letting thousands of entries share one compressed kernel.
    private static func overlapping(_ records: [Record], directoryStart: Int) -> [Bool] {
        var flags = Array(repeating: false, count: records.count)
        let order = records.indices.sorted {
            (records[$0].headerOffset, $0) < (records[$1].headerOffset, $1)
        }
        var takenUpTo = 0
        for index in order {
            let record = records[index]
            let (bodyStart, overflow) = record.headerOffset.addingReportingOverflow(localHeaderSize)
            guard !overflow, record.headerOffset >= takenUpTo, bodyStart <= directoryStart,
                record.compressedSize <= directoryStart - bodyStart
            else {
                flags[index] = true
                continue
            }
            takenUpTo = bodyStart + record.compressedSize
        }
        return flags
    }

    private static func entry(_ record: Record, isOverlapping: Bool) -> ZipEntry {
        ZipEntry(
            name: String(decoding: record.name, as: UTF8.self),
            size: record.size,
            compressedSize: record.compressedSize,
            isDirectory: record.name.last == UInt8(ascii: "/"),
            isEncrypted: record.flags & encryptionFlags != 0,
            isOverlapping: isOverlapping,
            method: record.method,
            crc32: record.crc32,
            headerOffset: record.headerOffset
        )
    }
}
