import Bytes
import GRDBSQLite

/// A sqlite database in memory of sqlite's own, with its write-ahead log applied.
///
/// The log is applied here because a database in memory cannot have one: sqlite would need both files and would write a
/// third. The header is then changed to the rollback mode, and to the size there is where the file was cut short, so
/// that damage at its end does not cost the rows before it.
struct SQLiteImage: ~Copyable {
    /// The largest piece of memory sqlite gives out, which the image must fit in.
    private static let maxBytes = 0x7FFF_FF00
    /// How much larger than its two files a database may be.
    ///
    /// Pages freed in the transaction that made them are never written, so some may be missing; a small log could
    /// otherwise claim a database of any size.
    private static let maxUnwrittenBytes = 64 << 20

    private let memory: UnsafeMutableRawBufferPointer
    var count: Int { memory.count }

    /// Builds the image; `problems` receives what had to be ignored.
    init(of file: FileBytes, wal: FileBytes?, maxBytes: Int, problems: inout [String]) throws(RPMDatabaseError) {
        guard let pageBytes = SQLiteHeader.pageBytes(of: file) else {
            throw RPMDatabaseError(.damaged, "The sqlite header has no possible page size.")
        }
        let log = Self.log(wal, pageBytes: pageBytes, fileBytes: file.count, problems: &problems)
        let pages = log?.databasePages ?? (file.count + pageBytes - 1) / pageBytes
        let (size, overflows) = pages.multipliedReportingOverflow(by: pageBytes)
        guard !overflows, size <= maxBytes, size <= Self.maxBytes else {
            throw RPMDatabaseError(.tooLarge, "The sqlite database has \(pages) pages of \(pageBytes) bytes.")
        }
        guard size >= SQLiteHeader.bytes, let base = sqlite3_malloc64(UInt64(size)) else {
            throw RPMDatabaseError(.outOfMemory, "There is no memory for \(size) bytes of a sqlite database.")
        }
        memory = UnsafeMutableRawBufferPointer(start: base, count: size)
        let copied = min(size, file.count)
        file.withUnsafeBytes { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<copied])) }
        if copied < size { memory[copied...].withMemoryRebound(to: UInt8.self) { $0.update(repeating: 0) } }
        if let log { apply(log) }
        repairHeader(pages: pages, problems: &problems)
    }

    deinit {
        sqlite3_free(memory.baseAddress)
    }

    /// Hands the memory over to a connection, which frees it when it closes, whether or not this succeeds.
    consuming func attach(to connection: OpaquePointer) -> Int32 {
        let base = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let size = Int64(memory.count)
        discard self
        return sqlite3_deserialize(
            connection,
            "main",
            base,
            size,
            size,
            UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY)
        )
    }

    /// The log, where it holds a committed transaction of this database.
    private static func log(
        _ wal: FileBytes?,
        pageBytes: Int,
        fileBytes: Int,
        problems: inout [String]
    ) -> WriteAheadLog? {
        // A log that was reset or never written is empty; that is the usual state, not a problem.
        guard let wal, wal.count > 0 else { return nil }
        guard let log = WriteAheadLog(wal) else {
            problems.append("The write-ahead log is ignored: its header is damaged.")
            return nil
        }
        guard log.databasePages > 0 else { return nil }
        guard log.pageBytes == pageBytes else {
            problems.append("The write-ahead log is ignored: its pages have another size than the database's.")
            return nil
        }
        // The page count has 32 bits: no overflow.
        guard log.databasePages * pageBytes - Self.maxUnwrittenBytes <= fileBytes + wal.count else {
            problems.append("The write-ahead log is ignored: it claims \(log.databasePages) pages.")
            return nil
        }
        return log
    }

    private func apply(_ log: WriteAheadLog) {
        for (page, offset) in log.pageOffsets {
            let start = (Int(page) - 1) * log.pageBytes
            // A later transaction may have cut off pages that an earlier one wrote.
            guard start >= 0, start + log.pageBytes <= memory.count, let content = log.page(at: offset) else {
                continue
            }
            UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + log.pageBytes]).copyBytes(from: content)
        }
    }

    private func repairHeader(pages: Int, problems: inout [String]) {
        for offset in SQLiteHeader.versionOffsets where memory[offset] == SQLiteHeader.walVersion {
            memory[offset] = SQLiteHeader.rollbackVersion
        }
        let counter = bigEndian32(at: SQLiteHeader.changeCounterOffset)
        let claimed = bigEndian32(at: SQLiteHeader.pageCountOffset)
        guard counter == bigEndian32(at: SQLiteHeader.validForOffset), claimed > pages else { return }
        problems.append("The file has \(pages) of the \(claimed) pages it claims.")
        memory.storeBytes(of: UInt32(pages).bigEndian, toByteOffset: SQLiteHeader.pageCountOffset, as: UInt32.self)
    }

    /// A number of the header, which `init` made sure is there.
    private func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: memory.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
