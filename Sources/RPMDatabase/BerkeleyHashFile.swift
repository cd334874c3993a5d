import Bytes

/// A Berkeley DB file with the hash access method, as rpm's `Packages` is (Berkeley DB `src/dbinc/db_page.h`).
///
/// Page 0 is the meta page. Hash pages hold pairs of a key, the record's number, and a value, which is either on the
/// page or on a chain of overflow pages. Numbers are in the byte order of the machine that wrote the file. All pages are
/// visited in file order: a damaged bucket table costs nothing.
struct BerkeleyHashFile {
    static let magic: UInt32 = 0x0006_1561
    /// Where the meta page has its magic number.
    static let magicOffset = 12
    private static let supportedVersions: ClosedRange<UInt32> = 8...10
    private static let pageBytesRange = 512...65_536
    /// The flag of files whose pages carry a checksum.
    private static let checksumFlag: UInt8 = 1

    let file: FileBytes
    let bigEndian: Bool
    let pageBytes: Int
    let pageHeaderBytes: Int
    /// The pages in the file, the last of which may be cut short.
    let pageCount: Int
    /// The pages the meta page claims.
    private let claimedPageCount: Int

    /// The kinds of page that matter here.
    enum PageType: UInt8 {
        case unsortedHash = 2
        case overflow = 7
        case hash = 13
    }

    /// The kinds of item on a hash page.
    private enum ItemType: UInt8 {
        case keyOrData = 1
        case duplicates = 2
        case offPage = 3
        case offPageDuplicates = 4
    }

    init(_ file: FileBytes, bigEndian: Bool) throws(RPMDatabaseError) {
        guard let version = file.integer(at: 16, as: UInt32.self, bigEndian: bigEndian),
            let pageBytes = file.integer(at: 20, as: UInt32.self, bigEndian: bigEndian),
            let encryption = file.u8(at: 24), let flags = file.u8(at: 26),
            let lastPage = file.integer(at: 32, as: UInt32.self, bigEndian: bigEndian)
        else { throw RPMDatabaseError(.damaged, "The Berkeley DB file ends within its meta page.") }
        guard Self.supportedVersions.contains(version) else {
            throw RPMDatabaseError(.unsupported, "The Berkeley DB hash file has version \(version), not 8 to 10.")
        }
        guard encryption == 0 else { throw RPMDatabaseError(.unsupported, "The Berkeley DB file is encrypted.") }
        guard Self.pageBytesRange.contains(Int(pageBytes)), pageBytes.nonzeroBitCount == 1 else {
            throw RPMDatabaseError(.damaged, "The Berkeley DB file claims pages of \(pageBytes) bytes.")
        }
        self.file = file
        self.bigEndian = bigEndian
        self.pageBytes = Int(pageBytes)
        // The fixed fields take 26 bytes; a checksum and the padding before it, six more.
        pageHeaderBytes = flags & Self.checksumFlag == 0 ? 26 : 32
        pageCount = (file.count + Int(pageBytes) - 1) / Int(pageBytes)
        claimedPageCount = Int(lastPage) + 1
    }

    func collect(into records: inout RecordCollector) throws(RPMDatabaseError) {
        if claimedPageCount > pageCount {
            records.add(problem: "The file has \(pageCount) of the \(claimedPageCount) pages it claims.")
        }
        var reader = OverflowReader(of: self)
        var seen: Set<UInt32> = []
        for page in stride(from: 1, to: pageCount, by: 1) {
            switch pageType(page) {
            case .hash, .unsortedHash: break
            case .overflow, nil: continue
            }
            guard let entries = number(at: page * pageBytes + 20, as: UInt16.self),
                Int(entries) <= (pageBytes - pageHeaderBytes) / 2
            else {
                records.add(problem: "Hash page \(page) is damaged.")
                continue
            }
            for keyIndex in stride(from: 0, to: Int(entries) - 1, by: 2) {
                guard let record = recordNumber(page: page, index: keyIndex) else {
                    records.add(problem: "Hash page \(page) has a damaged key.")
                    continue
                }
                // Record 0 holds the highest number in use.
                guard record != 0 else { continue }
                let goesOn: Bool
                do throws(RecordDamage) {
                    guard seen.insert(record).inserted else { throw RecordDamage("its number occurs twice") }
                    let blob = try value(page: page, index: keyIndex + 1, &reader, records.maxRecordBytes)
                    goesOn = records.add(blob, record: Int64(record))
                } catch {
                    goesOn = records.add(error, record: Int64(record))
                }
                guard goesOn else { return }
            }
        }
    }

    func pageType(_ page: Int) -> PageType? {
        file.u8(at: page * pageBytes + 25).flatMap(PageType.init(rawValue:))
    }

    func number<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type) -> Value? {
        file.integer(at: offset, as: type, bigEndian: bigEndian)
    }

    /// The key of a pair: a key item of four bytes.
    private func recordNumber(page: Int, index: Int) -> UInt32? {
        guard let item = item(page: page, index: index), item.count == 5,
            file.u8(at: item.lowerBound) == ItemType.keyOrData.rawValue
        else { return nil }
        return number(at: item.lowerBound + 1, as: UInt32.self)
    }

    private func value(
        page: Int,
        index: Int,
        _ reader: inout OverflowReader,
        _ maxBytes: Int
    ) throws(RecordDamage) -> [UInt8] {
        guard let item = item(page: page, index: index), let type = file.u8(at: item.lowerBound) else {
            throw RecordDamage("its item lies outside page \(page)")
        }
        switch ItemType(rawValue: type) {
        case .keyOrData:
            guard let bytes = file.bytes(at: item.lowerBound + 1, count: item.count - 1) else {
                throw RecordDamage("its item lies outside the file")
            }
            return bytes
        case .offPage:
            // The type, three unused bytes, the first page and the length of the whole value.
            guard item.count >= 12, let first = number(at: item.lowerBound + 4, as: UInt32.self),
                let length = number(at: item.lowerBound + 8, as: UInt32.self)
            else { throw RecordDamage("its item on page \(page) is too short") }
            guard length <= maxBytes else { throw RecordDamage("it claims \(length) bytes") }
            return try reader.bytes(from: Int(first), count: Int(length))
        case .duplicates, .offPageDuplicates, nil: throw RecordDamage("its item on page \(page) has type \(type)")
        }
    }

    /// The place of an item in the file; items fill a page from its end, so each ends where the one before it starts.
    private func item(page: Int, index: Int) -> Range<Int>? {
        let start = page * pageBytes
        let indexStart = start + pageHeaderBytes
        guard let offset = number(at: indexStart + index * 2, as: UInt16.self) else { return nil }
        var end = pageBytes
        if index > 0 {
            guard let previous = number(at: indexStart + (index - 1) * 2, as: UInt16.self) else { return nil }
            end = Int(previous)
        }
        guard Int(offset) >= pageHeaderBytes, Int(offset) < end, end <= pageBytes else { return nil }
        return start + Int(offset)..<start + end
    }
}
