import Foundation
import Postgres
import Store
import TallymanTesting
import Testing

extension Tag {
    @Tag static var integration: Self
}

/// A database of its own for each test.
enum TestDatabase {
    static let isWanted = ScratchDatabase.isWanted
    static let hint: Comment = "\(ScratchDatabase.hint)"

    /// A database with the present schema, made once: copies of it are had in a fraction of the time.
    private static let migrated = Task {
        let (url, name) = try await ScratchDatabase.make()
        let store = Store(url: url, connections: 1)
        _ = try await Migrations.apply(on: store.pool)
        await store.close()
        return name
    }

    /// Runs `body` on a new database without any table.
    static func withEmpty(connections: Int = 6, _ body: (Store) async throws -> Void) async throws {
        try await ScratchDatabase.with { try await run(body, on: $0, connections: connections) }
    }

    private static func run(
        _ body: (Store) async throws -> Void,
        on url: String,
        connections: Int
    ) async throws {
        let store = Store(url: url, connections: connections)
        let result: Result<Void, any Error>
        do { result = .success(try await body(store)) } catch { result = .failure(error) }
        await store.close()
        try result.get()
    }

    /// Runs `body` on a new database with the present schema.
    static func with(connections: Int = 6, _ body: (Store) async throws -> Void) async throws {
        try await ScratchDatabase.with(copyOf: try await migrated.value) {
            try await run(body, on: $0, connections: connections)
        }
    }

    /// Runs `body` with a store whose statements fail where they would wait for a lock, while another connection holds
    /// what `statement` locks.
    static func whileLocked(
        by statement: String,
        _ store: Store,
        _ body: (Store) async throws -> Void
    ) async throws {
        let name = try await store.texts("SELECT current_database()").first ?? ""
        let configuration = PostgresConfiguration(
            url: try ScratchDatabase.address(of: name),
            lockTimeout: .milliseconds(500)
        )
        let impatient = Store(pool: PostgresPool(configuration, size: 2))
        let (locked, lock) = AsyncStream<Void>.makeStream()
        let end = DispatchSemaphore(value: 0)
        // The transaction has a thread of its own, which may wait.
        async let holder: Void = store.pool.transaction { session in
            defer { lock.finish() }
            _ = try session.execute(statement)
            lock.yield()
            end.wait()
        }
        for await _ in locked { break }
        let result: Result<Void, any Error>
        do { result = .success(try await body(impatient)) } catch { result = .failure(error) }
        end.signal()
        try await holder
        await impatient.close()
        try result.get()
    }
}

extension Store {
    /// The number in the first column of the first row.
    func scalar(_ sql: String) async throws -> Int? {
        try await pool.run { try $0.execute(sql).first?.optionalInt(0) }
    }

    /// The first column of every row.
    func texts(_ sql: String) async throws -> [String] {
        try await pool.run { try $0.execute(sql).map { try $0.string(0) } }
    }

    func execute(_ sql: String) async throws {
        try await pool.run { _ = try $0.execute(sql) }
    }

    /// Every row of some tables as text, to be compared with a later state.
    func contents(_ tables: String...) async throws -> [String] {
        var rows: [String] = []
        for table in tables {
            rows += try await texts("SELECT '\(table)' || held::text FROM \(table) AS held ORDER BY 1")
        }
        return rows
    }
}
