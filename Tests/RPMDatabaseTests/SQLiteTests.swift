import Bytes
import TallymanTesting
import Testing

@testable import RPMDatabase

@Suite("sqlite files")
struct SQLiteTests {
    private static func names(_ database: [UInt8], wal: [UInt8]? = nil) throws -> [String] {
        try RPMDatabase.read(FileBytes(database), wal: wal.map { FileBytes($0) }).packages.map(\.name)
    }

    /// A database whose first row is in the file and whose other rows are in the log alone.
    private static func withLog(_ later: [String], pageBytes: Int = 4096) throws -> SQLiteBuilder {
        let builder = try SQLiteBuilder()
        try builder.run("PRAGMA page_size = \(pageBytes); PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        try builder.run(SQLiteBuilder.table)
        try builder.insert(HeaderBuilder(name: "first").bytes())
        try builder.run("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in later { try builder.insert(header(name)) }
        return builder
    }

    /// A header of several pages.
    private static func header(_ name: String) -> [UInt8] {
        var header = HeaderBuilder(name: name)
        header.add(.license, String(repeating: name, count: 4000))
        return header.bytes()
    }

    @Test("committed rows which are only in the write-ahead log count", arguments: [512, 4096, 65_536])
    func rowsInLog(pageBytes: Int) throws {
        let builder = try Self.withLog(["second", "third"], pageBytes: pageBytes)
        let (database, wal) = (try builder.database(), try builder.wal())
        #expect(try Self.names(database) == ["first"])
        #expect(try Self.names(database, wal: wal) == ["first", "second", "third"])
        #expect(try Self.names(database, wal: []) == ["first"])
    }

    @Test("rows deleted in the log are gone, also where the file gets smaller")
    func deletedInLog() throws {
        let builder = try Self.withLog([])
        for name in ["b", "c", "d"] { try builder.insert(Self.header(name)) }
        try builder.run("PRAGMA wal_checkpoint(TRUNCATE)")
        try builder.run("DELETE FROM Packages WHERE hnum > 2; VACUUM")
        let (database, wal) = (try builder.database(), try builder.wal())
        #expect(try Self.names(database) == ["b", "c", "d", "first"])
        #expect(try Self.names(database, wal: wal) == ["b", "first"])
    }

    @Test("a transaction without its commit does not count")
    func openTransaction() throws {
        let builder = try Self.withLog(["second"])
        try builder.run("PRAGMA cache_size = 2; PRAGMA cache_spill = 1; BEGIN")
        for number in 0..<40 { try builder.insert(Self.header("open\(number)")) }
        let (database, wal) = (try builder.database(), try builder.wal())
        #expect(wal.count > 200_000)
        #expect(try Self.names(database, wal: wal) == ["first", "second"])
    }

    @Test("frames left from before a reset of the log do not count")
    func oldFrames() throws {
        let builder = try Self.withLog(["second", "third"])
        try builder.run("PRAGMA wal_checkpoint(RESTART)")
        try builder.run("DELETE FROM Packages WHERE hnum = 2")
        #expect(try Self.names(builder.database(), wal: builder.wal()) == ["first", "third"])
    }

    @Test("a log cut at any place gives the transactions before the cut")
    func truncatedLog() throws {
        let builder = try Self.withLog(["second", "third"])
        let (database, wal) = (try builder.database(), try builder.wal())
        var counts: [Int] = []
        for length in stride(from: 0, through: wal.count, by: 97) {
            counts.append(try Self.names(database, wal: Array(wal[..<length])).count)
        }
        #expect(counts == counts.sorted())
        #expect(Set(counts).isSuperset(of: [1, 2]))
    }

    @Test("a changed byte in the log ends it there")
    func changedLog() throws {
        let builder = try Self.withLog(["second", "third"])
        let (database, wal) = (try builder.database(), try builder.wal())
        let possible = [["first"], ["first", "second"], ["first", "second", "third"]]
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            var changed = wal
            changed[Int.random(in: wal.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            #expect(possible.contains(try Self.names(database, wal: changed)))
        }
    }

    @Test("a log which is no log is ignored and said so")
    func otherLog() throws {
        let database = try SQLiteBuilder.database([HeaderBuilder(name: "demo").bytes()])
        let contents = try RPMDatabase.read(FileBytes(database), wal: FileBytes(Array("not a log".utf8)))
        #expect(contents.packages.map(\.name) == ["demo"])
        #expect(contents.problems == ["The write-ahead log is ignored: its header is damaged."])
    }

    @Test("a log which claims an enormous database is ignored and said so")
    func enormousLog() throws {
        let builder = try Self.withLog(["second"], pageBytes: 512)
        let (database, wal) = (try builder.database(), try builder.wal())
        let forged = Self.resummed(wal, pageBytes: 512, lastPageCount: 0x1000_0000)
        #expect(try Self.names(database, wal: Self.resummed(wal, pageBytes: 512, lastPageCount: nil)).count == 2)
        let contents = try RPMDatabase.read(FileBytes(database), wal: FileBytes(forged))
        #expect(contents.packages.map(\.name) == ["first"])
        #expect(contents.problems == ["The write-ahead log is ignored: it claims 268435456 pages."])
    }

    /// The log with another database size in its last frame and big-endian checksums, made anew.
    private static func resummed(_ wal: [UInt8], pageBytes: Int, lastPageCount: UInt32?) -> [UInt8] {
        var wal = wal
        var sums: (UInt32, UInt32) = (0, 0)
        func add(_ range: Range<Int>) {
            for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                sums.0 &+= (wal.bigEndian32(at: at) ?? 0) &+ sums.1
                sums.1 &+= (wal.bigEndian32(at: at + 4) ?? 0) &+ sums.0
            }
        }
        wal[3] = 0x83
        add(0..<24)
        wal.put(sums.0.bigEndianBytes + sums.1.bigEndianBytes, at: 24)
        for frame in stride(from: 32, to: wal.count, by: 24 + pageBytes) {
            if let lastPageCount, frame + 24 + pageBytes == wal.count {
                wal.put(lastPageCount.bigEndianBytes, at: frame + 4)
            }
            add(frame..<frame + 8)
            add(frame + 24..<frame + 24 + pageBytes)
            wal.put(sums.0.bigEndianBytes + sums.1.bigEndianBytes, at: frame + 16)
        }
        return wal
    }

    @Test("a page damaged in the middle costs the rows on it")
    func damagedPage() throws {
        let blobs = (0..<200).map { HeaderBuilder(name: "p\(1000 + $0)").bytes() }
        var database = try SQLiteBuilder.database(blobs, pageBytes: 1024)
        let leaf = try #require(FileBytes(database).firstOffset(of: Array("p1100".utf8))) / 1024
        database.put(Array(repeating: 0xFF, count: 64), at: leaf * 1024)
        let contents = try RPMDatabase.read(FileBytes(database))
        #expect(contents.packages.count > 180)
        #expect(contents.packages.count < 200)
        #expect(contents.packages.last?.name == "p1199")
        #expect(contents.problems.count == 1)
    }

    @Test("a broken chain of overflow pages costs its row")
    func damagedOverflow() throws {
        let builder = try Self.withLog([])
        try builder.run("PRAGMA journal_mode = DELETE")
        for name in ["aaaa", "bbbb", "cccc"] { try builder.insert(Self.header(name)) }
        var database = try builder.database()
        // An overflow page starts with the number of the next one; this one is filled with the licence.
        let middle = try #require(
            (0..<database.count / 4096).first { page in
                database[page * 4096 + 4..<page * 4096 + 4096].allSatisfy { $0 == UInt8(ascii: "b") }
            }
        )
        database.put(UInt32.max.bigEndianBytes, at: middle * 4096)
        let contents = try RPMDatabase.read(FileBytes(database))
        #expect(contents.packages.map(\.name) == ["aaaa", "cccc", "first"])
        #expect(contents.problems == ["Record 3 is left out: its row cannot be read (sqlite result 11)."])
    }

    @Test("a database without the table is none of rpm's")
    func noTable() throws {
        let builder = try SQLiteBuilder()
        try builder.run("CREATE TABLE other (x)")
        let file = FileBytes(try builder.database())
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(file) }
        #expect(error?.code == .notADatabase)
    }

    @Test(
        "a table which would compute its values is refused",
        arguments: [
            "CREATE VIEW Packages AS SELECT 1 AS hnum, randomblob(9) AS blob",
            "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(100000000)))",
            "CREATE VIRTUAL TABLE Packages USING fts5(hnum, blob)",
        ]
    )
    func computedTable(sql: String) throws {
        let builder = try SQLiteBuilder()
        try builder.run(sql)
        let error = #expect(throws: RPMDatabaseError.self) { try RPMDatabase.read(FileBytes(builder.database())) }
        #expect(error?.code == .unsupported)
    }

    @Test("a value that is not a blob costs its row")
    func otherValue() throws {
        let builder = try SQLiteBuilder()
        try builder.run(SQLiteBuilder.table)
        try builder.run("INSERT INTO Packages (blob) VALUES ('text'), (5)")
        try builder.insert(HeaderBuilder(name: "demo").bytes())
        let contents = try RPMDatabase.read(FileBytes(builder.database()))
        #expect(contents.packages.map(\.name) == ["demo"])
        #expect(contents.problems.count == 2)
    }

    @Test("a database may take only so many steps")
    func steps() throws {
        let blobs = (0..<2000).map { HeaderBuilder(name: "p\($0)").bytes() }
        let file = FileBytes(try SQLiteBuilder.database(blobs))
        #expect(try RPMDatabase.read(file).packages.count == 2000)
        let contents = try RPMDatabase.read(file, limits: .init(maxSQLiteInstructions: 20_000))
        #expect(contents.packages.count < 2000)
        #expect(!contents.problems.isEmpty)
    }
}
