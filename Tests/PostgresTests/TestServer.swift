import Foundation
import Postgres
import TallymanTesting
import Testing

extension Tag {
    @Tag static var integration: Self
}

/// The server for the tests, `ops/test-services start DIR` prints its address.
enum TestServer {
    static let url = ScratchDatabase.server
    static let isWanted = ScratchDatabase.isWanted
    static let hint: Comment = "\(ScratchDatabase.hint)"

    static func configuration() throws -> PostgresConfiguration {
        PostgresConfiguration(url: try #require(url, hint), connectTimeout: .seconds(5))
    }

    static func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(configuration())
    }

    /// Makes a table of its own for a test, and removes it.
    static func withTable<T: Sendable>(
        _ columns: String,
        _ body: (PostgresConnection, String) async throws -> T
    ) async throws -> T {
        let connection = try await connect()
        let table = "test_\(UInt64.random(in: 0...UInt64.max))"
        try await connection.run { _ = try $0.execute("CREATE TABLE \(table) (\(columns))") }
        do {
            let result = try await body(connection, table)
            try await drop(table)
            return result
        } catch {
            try await drop(table)
            throw error
        }
    }

    private static func drop(_ table: String) async throws {
        let connection = try await connect()
        try await connection.run { _ = try $0.execute("DROP TABLE \(table)") }
    }
}

extension PostgresConnection {
    /// The number in the first column of the first row.
    func scalar(_ sql: String) async throws -> Int? {
        try await run { try $0.execute(sql).first?.int(0) }
    }
}

extension PostgresPool {
    /// The number in the first column of the first row.
    func scalar(_ sql: String) async throws -> Int? {
        try await run { try $0.execute(sql).first?.int(0) }
    }
}
