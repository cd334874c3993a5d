import Bytes
import GRDBSQLite

/// The rows of the table `Packages` of a sqlite rpm database (rpm `lib/backend/sqlite.c`).
///
/// Keys are read first, from both ends of the table, and then each row by its key: damage to a page costs the rows on
/// it, not those behind it.
enum SQLitePackages {
    private static let tableName = "Packages"
    private static let tablePrefix = "CREATE TABLE "
    /// How often the bytes of the database may be read, in all.
    private static let readsOfImage = 4

    static func collect(
        from file: FileBytes,
        wal: FileBytes?,
        into records: inout RecordCollector
    ) throws(RPMDatabaseError) {
        var problems: [String] = []
        let image = try SQLiteImage(
            of: file,
            wal: wal,
            maxBytes: records.limits.maxDatabaseBytes,
            problems: &problems
        )
        for problem in problems { records.add(problem: problem) }
        // No two rows share a page in a sound database, so all blobs together fit in its size. Rows may share a chain
        // of overflow pages in a hostile one, or claim a wrong size in a damaged one, hence a bound with room.
        let imageBytes = image.count
        var remainingBytes = imageBytes * readsOfImage
        let reader = try SQLiteReader(
            image,
            maxValueBytes: min(records.maxRecordBytes, imageBytes),
            maxInstructions: records.limits.maxSQLiteInstructions
        )
        try checkTable(reader)
        let keys = try keys(reader, &records)
        // Only the head of a row is read for the type and the size of a blob.
        let sizes = try reader.statement(
            "SELECT CASE WHEN typeof(blob) = 'blob' THEN length(blob) END FROM Packages WHERE hnum = ?1"
        )
        let blobs = try reader.statement("SELECT blob FROM Packages WHERE hnum = ?1")
        for key in keys {
            let goesOn: Bool
            do throws(RecordDamage) {
                try step(sizes, key)
                guard let size = sizes.integer(0) else { throw RecordDamage("its value is not a blob") }
                guard size <= remainingBytes else { throw RecordDamage("the rows claim more than the database holds") }
                remainingBytes -= Int(size)
                try step(blobs, key)
                goesOn = records.add(blobs.blob(0) ?? [], record: key)
            } catch {
                goesOn = records.add(error, record: key)
            }
            guard goesOn else { return }
        }
    }

    /// Moves a statement to the row with a key.
    private static func step(_ statement: borrowing SQLiteReader.Statement, _ key: Int64) throws(RecordDamage) {
        statement.restart(with: key)
        let result = statement.step()
        guard result == SQLITE_ROW else { throw RecordDamage("its row cannot be read (sqlite result \(result))") }
    }

    /// Makes sure that `Packages` is an ordinary table without computed columns.
    ///
    /// A view, a virtual table or a generated column would make a plain `SELECT` run code which the file chose. The
    /// table rpm makes has one pair of parentheses, and anything computed needs another.
    private static func checkTable(_ reader: borrowing SQLiteReader) throws(RPMDatabaseError) {
        let schema = try reader.statement(
            "SELECT type, sql, rootpage FROM sqlite_master WHERE name = '\(tableName)' COLLATE NOCASE"
        )
        let result = schema.step()
        guard result == SQLITE_ROW else {
            let message = "The sqlite database has no table \(tableName)."
            throw RPMDatabaseError(
                result == SQLITE_DONE ? .notADatabase : .damaged,
                message,
                sqliteCode: result == SQLITE_DONE ? nil : Int(result)
            )
        }
        guard schema.text(0) == "table", let sql = schema.text(1), let root = schema.integer(2), root > 0,
            sql.utf8.prefix(tablePrefix.utf8.count).elementsEqual(tablePrefix.utf8),
            sql.utf8.count(where: { $0 == UInt8(ascii: "(") }) == 1
        else { throw RPMDatabaseError(.unsupported, "The table \(tableName) is not one that rpm makes.") }
    }

    /// The keys of all rows that can be reached, ascending.
    private static func keys(
        _ reader: borrowing SQLiteReader,
        _ records: inout RecordCollector
    ) throws(RPMDatabaseError) -> [Int64] {
        var keys: Set<Int64> = []
        let limit = records.limits.maxRecords
        let upwards = try scan(reader, "ASC", limit: limit, into: &keys)
        switch upwards {
        case SQLITE_DONE: break
        case SQLITE_ROW: records.add(problem: "Only \(limit) records are read.")
        default:
            _ = try scan(reader, "DESC", limit: limit, into: &keys)
            records.add(problem: "Some rows of \(tableName) cannot be reached (sqlite result \(upwards)).")
        }
        return keys.sorted()
    }

    /// Reads keys in one direction.
    ///
    /// - Returns: `SQLITE_DONE` at the end, `SQLITE_ROW` where the limit is reached, `SQLITE_CORRUPT` at a key which is
    ///   known already, or sqlite's error.
    private static func scan(
        _ reader: borrowing SQLiteReader,
        _ order: String,
        limit: Int,
        into keys: inout Set<Int64>
    ) throws(RPMDatabaseError) -> Int32 {
        let statement = try reader.statement("SELECT hnum FROM Packages ORDER BY hnum \(order)")
        while true {
            let result = statement.step()
            guard result == SQLITE_ROW, keys.count < limit else { return result }
            guard let key = statement.integer(0) else { continue }
            guard keys.insert(key).inserted else { return SQLITE_CORRUPT }
        }
    }
}
