import Postgres
import Testing

@Suite("PostgreSQL pools", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresPoolTests {
    @Test("A pool of one connection serves many tasks", .timeLimit(.minutes(1)))
    func poolOfOne() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 1)
        let pids = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await pool.scalar("SELECT pg_backend_pid()") ?? 0
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(pids.count == 1)
        await pool.close()
    }

    @Test("A connection killed in a query is a transient error, and the pool makes another")
    func killedBackend() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 1)
        let pid = try #require(try await pool.scalar("SELECT pg_backend_pid()"))
        let query = Task { try await pool.run { try $0.execute("SELECT pg_sleep(20)").count } }
        try await Task.sleep(for: .milliseconds(100))
        let other = try await TestServer.connect()
        try await other.run { _ = try $0.execute("SELECT pg_terminate_backend($1::int)", [.int(pid)]) }
        let error = await #expect(throws: PostgresError.self) { try await query.value }
        #expect(error?.code == .connectionLost)
        #expect(error?.isTransient == true)
        let found = try await pool.scalar("SELECT pg_backend_pid()")
        #expect(found != pid)
    }

    @Test("A connection killed while idle is replaced unseen")
    func killedWhileIdle() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 1)
        let pid = try #require(try await pool.scalar("SELECT pg_backend_pid()"))
        let other = try await TestServer.connect()
        try await other.run { _ = try $0.execute("SELECT pg_terminate_backend($1::int)", [.int(pid)]) }
        try await Task.sleep(for: .milliseconds(600))
        let found = try await pool.scalar("SELECT pg_backend_pid()")
        #expect(found != pid)
    }

    @Test("A task that waits too long is told how many connections are in use")
    func waitTimeout() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 1, acquireTimeout: .milliseconds(50))
        try await pool.withConnection { _ in
            let error = await #expect(throws: PostgresError.self) { try await pool.run { _ in } }
            #expect(error?.code == .poolTimeout)
            #expect(error?.isTransient == true)
        }
        try await pool.run { _ in }
    }

    @Test("A waiting task that is cancelled leaves the queue")
    func cancelledWaiter() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 1)
        try await pool.withConnection { _ in
            let waiter = Task { try await pool.run { _ in } }
            try await Task.sleep(for: .milliseconds(20))
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
        }
        try await pool.run { _ in }
    }

    @Test("A closed pool refuses work and closes what is given back")
    func closing() async throws {
        let pool = PostgresPool(try TestServer.configuration(), size: 2)
        let lent = try await pool.withConnection { connection in
            await pool.close()
            return connection
        }
        #expect(!lent.isOpen)
        let error = await #expect(throws: PostgresError.self) { try await pool.run { _ in } }
        #expect(error?.code == .closed)
    }
}
