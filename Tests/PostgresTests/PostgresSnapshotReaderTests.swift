import Postgres
import Testing

@Suite("Reading beside a transaction", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresSnapshotReaderTests {
    private struct Stop: Error {}

    /// Runs `body` in a transaction of a pool of `size`, and tells whether it had a spare connection.
    private func read<T: Sendable>(
        size: Int = 2,
        _ pool: PostgresPool? = nil,
        _ body: @Sendable (PostgresSession, PostgresSnapshotReader) throws -> T
    ) async throws -> (value: T, hadSpare: Bool) {
        let pool = try pool ?? PostgresPool(TestServer.configuration(), size: size)
        return try await pool.withConnections { connection, spare in
            let value = try await connection.transaction(isolation: .repeatableRead) { session in
                try body(session, PostgresSnapshotReader(on: spare))
            }
            return (value, spare != nil)
        }
    }

    @Test("The second connection sees what the transaction saw at its begin, and not what that has written")
    func sameSnapshot() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 2)
        try await pool.run { try $0.script("CREATE TABLE seen (n bigint); INSERT INTO seen VALUES (1)") }
        let count = "SELECT count(*) FROM seen"
        let found = try await read(pool) { session, reader in
            _ = try session.execute("INSERT INTO seen VALUES (2)")
            let (read, own) = try reader.read(beside: session) {
                try $0.execute(count).first?.int(0)
            } while: {
                try session.execute(count).first?.int(0)
            }
            return [read, own]
        }
        #expect(found.value == [1, 2])
        try await pool.run { try $0.script("DROP TABLE seen") }
    }

    @Test("Both run at the same time", .timeLimit(.minutes(1)))
    func together() async throws {
        let found = try await read { session, reader in
            _ = try session.execute("SELECT pg_advisory_lock(4711)")
            return try reader.read(beside: session) {
                try $0.execute("SELECT pg_advisory_xact_lock(4711)").count
            } while: {
                // The reading waits for what only the work gives free.
                let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted"
                while try session.execute(waits).first?.int(0) == 0 {}
                return try session.execute("SELECT pg_advisory_unlock(4711)").first?.bool(0)
            }.1
        }
        #expect(found.hadSpare)
        #expect(found.value == true)
    }

    @Test("Where no second connection is free, the reading comes first on the one that there is")
    func alone() async throws {
        let found = try await read(size: 1) { session, reader in
            let pid = "SELECT pg_backend_pid()"
            let (read, own) = try reader.read(beside: session) {
                try $0.execute(pid).first?.int(0)
            } while: {
                try session.execute(pid).first?.int(0)
            }
            return read == own
        }
        #expect(!found.hadSpare)
        #expect(found.value)
    }

    @Test("Tasks that hold a connection each never wait for each other's second one", .timeLimit(.minutes(1)))
    func many() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<30 {
                group.addTask {
                    try await read(pool) { session, reader in
                        let (read, own) = try reader.read(beside: session) {
                            try $0.execute("SELECT \(number)").first?.int(0) ?? 0
                        } while: {
                            try session.execute("SELECT 1").first?.int(0) ?? 0
                        }
                        return read + own
                    }.value
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 30 + (0..<30).reduce(0, +))
    }

    @Test("A failure of the reading, or of the work beside it, ends both, and the connections can be used again")
    func failures() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 2)
        let error = await #expect(throws: PostgresError.self) {
            try await read(pool) { session, reader in
                try reader.read(beside: session) {
                    try $0.execute("SELECT 1 / 0").count
                } while: {
                    1
                }.0
            }
        }
        #expect(error?.sqlState == "22012")
        await #expect(throws: Stop.self) {
            try await read(pool) { session, reader in
                try reader.read(beside: session) {
                    try $0.execute("SELECT pg_sleep(600)").count
                } while: {
                    throw Stop()
                }
            }.value
        }
        let again = try await read(pool) { session, reader in
            try reader.read(beside: session) {
                try $0.execute("SELECT 3").first?.int(0)
            } while: {
                4
            }.0
        }
        #expect(again.value == 3)
        #expect(again.hadSpare)
    }

    @Test("Cancelling the task stops the reading, too", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 2)
        let task = Task {
            try await read(pool) { session, reader in
                try reader.read(beside: session) {
                    try $0.execute("SELECT pg_sleep(600)").count
                } while: {
                    0
                }.0
            }.value
        }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
