import Foundation
import Postgres

/// Databases for single tests, on the server whose address `ops/test-services start DIR` prints.
package enum ScratchDatabase {
    package struct NoServer: Error, CustomStringConvertible {
        package var description: String { ScratchDatabase.hint }
    }

    /// The server's address.
    package static let server = ProcessInfo.processInfo.environment["TALLYMAN_TEST_POSTGRES"]

    /// Without a server the tests are skipped, except where they must not be.
    package static let isWanted = server != nil || ProcessInfo.processInfo.environment["CI"] == "true"

    package static let hint =
        "set TALLYMAN_TEST_POSTGRES; ops/test-services start DIR starts a server and prints it"

    /// Makes a database that stays, and returns its address and its name.
    ///
    /// `template0` has no other user, whatever runs beside this.
    package static func make(copyOf template: String = "template0") async throws -> (url: String, name: String) {
        let name = "tallyman_test_\(UInt64.random(in: 0...UInt64.max))"
        try await administer("CREATE DATABASE \(name) TEMPLATE \(template)")
        return (try address(of: name), name)
    }

    /// Runs `body` with the address of a new database, which is gone afterwards, whoever still uses it.
    package static func with(
        copyOf template: String = "template0",
        _ body: (_ url: String) async throws -> Void
    ) async throws {
        let (url, name) = try await make(copyOf: template)
        let result: Result<Void, any Error>
        do { result = .success(try await body(url)) } catch { result = .failure(error) }
        try await administer("DROP DATABASE \(name) WITH (FORCE)")
        try result.get()
    }

    /// The address of another database on the server.
    package static func address(of name: String) throws -> String {
        guard let server else { throw NoServer() }
        guard server.contains("://") else { return "\(server) dbname=\(name)" }
        return server + (server.contains("?") ? "&" : "?") + "dbname=\(name)"
    }

    private static func administer(_ statement: String) async throws {
        guard let server else { throw NoServer() }
        let pool = PostgresPool(PostgresConfiguration(url: server), size: 1)
        let result: Result<Void, any Error>
        do {
            try await pool.run { _ = try $0.execute(statement) }
            result = .success(())
        } catch { result = .failure(error) }
        await pool.close()
        try result.get()
    }
}
