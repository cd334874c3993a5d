import Bytes

/// The fields of a sqlite database's header that matter before sqlite sees it (SQLite file format, section 1.3).
enum SQLiteHeader {
    /// Bytes of the header.
    static let bytes = 100
    static let pageBytesRange = 512...65_536
    /// The offsets of the write and read version: 1 for a rollback journal, 2 for a write-ahead log.
    static let versionOffsets = [18, 19]
    static let rollbackVersion: UInt8 = 1
    static let walVersion: UInt8 = 2
    /// The offset of the size in pages, which counts where the two counters are equal.
    static let pageCountOffset = 28
    static let changeCounterOffset = 24
    static let validForOffset = 92

    /// The page size, or `nil` where the header does not hold a possible one.
    static func pageBytes(of file: FileBytes) -> Int? {
        guard file.count >= bytes, let field = file.integer(at: 16, as: UInt16.self, bigEndian: true) else {
            return nil
        }
        // 65536 does not fit the field and is stored as 1.
        let size = field == 1 ? 65_536 : Int(field)
        guard pageBytesRange.contains(size), size.nonzeroBitCount == 1 else { return nil }
        return size
    }
}
