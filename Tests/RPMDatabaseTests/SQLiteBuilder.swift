import Foundation
import GRDBSQLite

/// Makes sqlite files with sqlite itself, in a temporary folder.
final class SQLiteBuilder {
    static let table = "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"

    struct Failure: Error {
        let code: Int32
        let sql: String
    }

    private let folder: URL
    private var handle: OpaquePointer?

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "rpmdb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = sqlite3_open(folder.appending(path: "rpmdb.sqlite").path(), &handle)
        guard result == SQLITE_OK else { throw Failure(code: result, sql: "open") }
    }

    deinit {
        sqlite3_close_v2(handle)
        try? FileManager.default.removeItem(at: folder)  // A folder left behind fails no test.
    }

    /// A closed database with the given rows.
    static func database(_ blobs: [[UInt8]], pageBytes: Int = 4096) throws -> [UInt8] {
        let builder = try SQLiteBuilder()
        try builder.run("PRAGMA page_size = \(pageBytes)")
        try builder.run(table)
        for blob in blobs { try builder.insert(blob) }
        return try builder.database()
    }

    func run(_ sql: String) throws {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw Failure(code: result, sql: sql) }
    }

    func insert(_ blob: [UInt8]) throws {
        var statement: OpaquePointer?
        let sql = "INSERT INTO Packages (blob) VALUES (?1)"
        defer { sqlite3_finalize(statement) }
        var result = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard result == SQLITE_OK else { throw Failure(code: result, sql: sql) }
        result = blob.withUnsafeBytes { bytes in
            sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), nil)
            return sqlite3_step(statement)
        }
        guard result == SQLITE_DONE else { throw Failure(code: result, sql: sql) }
    }

    func database() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "rpmdb.sqlite")))
    }

    func wal() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "rpmdb.sqlite-wal")))
    }
}
