/// The index and the data of one header, as the database stores it.
///
/// RPM V4 package format, Header Structure, without the eight leading bytes (magic, version, reserved) which only
/// package files have: a big-endian entry count and data size, entries of 16 bytes, then the data they point into.
struct RPMHeader {
    /// A row of the index.
    struct Entry: Equatable {
        let type: UInt32
        /// Where the values start, in bytes from the start of the data; not yet checked against its end.
        let offset: Int
        /// The number of values, or of bytes for binary data; not yet checked.
        let count: Int
    }

    /// Bytes of the two numbers before the index.
    static let preambleBytes = 8
    /// Bytes of an index entry.
    static let entryBytes = 16
    /// The tags which mark an immutable region: HEADERIMAGE, HEADERSIGNATURES, HEADERIMMUTABLE.
    private static let regionTags: ClosedRange<UInt32> = 61...63
    /// The type of binary data, which region entries have.
    private static let binaryType: UInt32 = 7

    let bytes: [UInt8]
    /// The part of `bytes` which entries point into.
    let data: Range<Int>
    private let entries: [UInt32: Entry]

    /// Reads the index.
    ///
    /// A tag should occur once. Entries after the immutable region (the "dribbles" that rpm adds when it installs)
    /// replace those inside it, as they do in rpm; otherwise the first one counts.
    init(_ bytes: [UInt8], limits: RPMDatabaseLimits) throws(RecordDamage) {
        guard let entryCount = bytes.bigEndian32(at: 0), let dataCount = bytes.bigEndian32(at: 4) else {
            throw RecordDamage("the header has \(bytes.count) bytes")
        }
        guard entryCount > 0, entryCount <= limits.maxHeaderEntries else {
            throw RecordDamage("the header claims \(entryCount) entries")
        }
        guard dataCount <= limits.maxHeaderDataBytes else {
            throw RecordDamage("the header claims \(dataCount) bytes of data")
        }
        // Both factors are bounded by the limits and by 32 bits: no overflow.
        let start = Self.preambleBytes + Int(entryCount) * Self.entryBytes
        let end = start + Int(dataCount)
        guard end <= bytes.count else {
            throw RecordDamage("the header claims \(end) bytes and has \(bytes.count)")
        }
        self.bytes = bytes
        data = start..<end
        entries = Self.index(of: bytes, entryCount: Int(entryCount), data: start..<end)
    }

    /// The entry of a tag, or `nil` where the header has none.
    func entry(_ tag: RPMTag) -> Entry? {
        entries[tag.rawValue]
    }

    private static func index(of bytes: [UInt8], entryCount: Int, data: Range<Int>) -> [UInt32: Entry] {
        let regionEnd = regionEntryCount(of: bytes, entryCount: entryCount, data: data)
        var entries: [UInt32: Entry] = [:]
        var replaced: Set<UInt32> = []
        for number in 0..<entryCount {
            let at = preambleBytes + number * entryBytes
            guard let tag = bytes.bigEndian32(at: at), let type = bytes.bigEndian32(at: at + 4),
                let offset = bytes.bigEndian32(at: at + 8), let count = bytes.bigEndian32(at: at + 12)
            else { break }
            let isNew = number >= regionEnd ? replaced.insert(tag).inserted : entries[tag] == nil
            if isNew { entries[tag] = Entry(type: type, offset: Int(offset), count: Int(count)) }
        }
        return entries
    }

    /// How many entries belong to the immutable region, its own entry included; all of them where it is not marked.
    ///
    /// The region's entry points to a trailer shaped like an entry whose offset is minus the size of the region's
    /// index.
    private static func regionEntryCount(of bytes: [UInt8], entryCount: Int, data: Range<Int>) -> Int {
        guard let tag = bytes.bigEndian32(at: preambleBytes), regionTags.contains(tag),
            bytes.bigEndian32(at: preambleBytes + 4) == binaryType,
            let offset = bytes.bigEndian32(at: preambleBytes + 8),
            let size = bytes.bigEndian32(at: preambleBytes + 12), size == entryBytes,
            Int(offset) <= data.count - entryBytes,
            let trailerOffset = bytes.bigEndian32(at: data.lowerBound + Int(offset) + 8)
        else { return entryCount }
        let indexBytes = -Int(Int32(bitPattern: trailerOffset))
        guard indexBytes > 0, indexBytes % entryBytes == 0, indexBytes / entryBytes <= entryCount else {
            return entryCount
        }
        return indexBytes / entryBytes
    }
}

/// The header tags that are read (rpm `include/rpm/rpmtag.h`).
enum RPMTag: UInt32, CaseIterable {
    case sigMD5 = 261
    case name = 1000
    case version = 1001
    case release = 1002
    case epoch = 1003
    case installTime = 1008
    case size = 1009
    case vendor = 1011
    case license = 1014
    case arch = 1022
    /// Whole paths, in packages older than rpm 4.
    case oldFileNames = 1027
    case fileSizes = 1028
    case fileStates = 1029
    case fileModes = 1030
    case fileDigests = 1035
    case fileFlags = 1037
    case sourceRPM = 1044
    case dirIndexes = 1116
    case baseNames = 1117
    case dirNames = 1118
    case longFileSizes = 5008
    case longSize = 5009
    case modularityLabel = 5096
}

extension [UInt8] {
    /// A big-endian 32-bit integer at `offset`, or `nil` where it does not fit.
    func bigEndian32(at offset: Int) -> UInt32? {
        guard offset >= 0, count >= 4, offset <= count - 4 else { return nil }
        return UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8
            | UInt32(self[offset + 3])
    }
}
