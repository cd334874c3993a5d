import Glibc
import Postgres
import Testing

@Suite("PostgreSQL connections", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresConnectionTests {
    private struct Refused: Error {}

    @Test("A transaction is committed when its closure returns and rolled back when it throws")
    func transactions() async throws {
        try await TestServer.withTable("id bigint PRIMARY KEY") { connection, table in
            try await connection.transaction { _ = try $0.execute("INSERT INTO \(table) VALUES (1)") }
            await #expect(throws: Refused.self) {
                try await connection.transaction { session in
                    try session.execute("INSERT INTO \(table) VALUES (2)")
                    throw Refused()
                }
            }
            let ids = try await connection.run { session in
                try session.execute("SELECT id FROM \(table) ORDER BY id").map { try $0.int("id") }
            }
            #expect(ids == [1])
        }
    }

    @Test("The server compiles no statement, whatever it takes its cost for")
    func compilesNothing() async throws {
        let connection = try await TestServer.connect()
        #expect(try await connection.run { try $0.execute("SHOW jit").first?.string(0) } == "off")
        await connection.close()
    }

    @Test(
        "An address that can never work is refused for good, without showing what is in it",
        arguments: [
            "postgres://u:a@host/db?secret", "host=x secret=y", "password='secret", "postgres://u:%zzsecret@host/db",
            "", " ",
            "secret", "mysql://u:secret@host/db", "redis://:secret@host:6379", "postgres://u:secret/x@host/db",
            "postgres://u:secret@host:99999/db", "postgres://u:secret@a:1,b:x/db", "host=x password=secret port=0",
            "postgres://u:secret@host/db?sslmode=on",
        ]
    )
    func unreadable(_ address: String) async throws {
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(PostgresConfiguration(url: address))
        }
        #expect(error?.code == .invalidAddress && error?.isTransient == false)
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test(
        "An address that may work one day is not refused before it is tried",
        arguments: [
            "postgres://", "postgres:///db?host=%2Fvar%2Frun&user=u", "postgresql://u:p@h:/db?sslmode=verify-full",
            "host=a,b port=1,2 dbname=d", "postgres://a:1,b/db",
        ]
    )
    func readable(_ address: String) {
        #expect(throws: Never.self) { try PostgresConfiguration(url: address).check() }
    }

    @Test("A transaction that asks nothing for too long is ended, so that its locks are free")
    func idleTransaction() async throws {
        var configuration = try TestServer.configuration()
        configuration.idleTransactionTimeout = .milliseconds(200)
        let connection = try await PostgresConnection.connect(configuration)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { session in
                _ = try session.execute("SELECT pg_advisory_xact_lock(20261126)")
                usleep(700_000)  // as a process that is stopped
                _ = try session.execute("SELECT 1")
            }
        }
        #expect(error?.code == .connectionLost)
        await connection.close()
    }

    @Test("A duplicate key is a unique violation that names the constraint")
    func uniqueViolation() async throws {
        try await TestServer.withTable("id bigint PRIMARY KEY") { connection, table in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.execute("INSERT INTO \(table) VALUES (1), (1)").count
                }
            }
            #expect(error?.code == .uniqueViolation)
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "\(table)_pkey")
            #expect(error?.isTransient == false)
        }
    }

    @Test("A commit after a swallowed failure is reported, not taken for success")
    func swallowedFailure() async throws {
        let connection = try await TestServer.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { session in
                do { _ = try session.execute("SELECT 1 / 0") } catch {}
            }
        }
        #expect(error?.code == .transactionAborted)
        let found = try await connection.scalar("SELECT 1 AS one")
        #expect(found == 1)
    }

    @Test("A transaction that a closure leaves open is rolled back and reported")
    func openTransaction() async throws {
        let connection = try await TestServer.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { _ = try $0.execute("BEGIN") }
        }
        #expect(error?.code == .misuse)
        let found = try await connection.scalar("SELECT 1 AS one")
        #expect(found == 1)
    }

    @Test("Transactions that conflict are tried again until all have succeeded")
    func conflicts() async throws {
        try await TestServer.withTable("n bigint") { connection, table in
            try await connection.run { _ = try $0.execute("INSERT INTO \(table) VALUES (0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        let connection = try await TestServer.connect()
                        for _ in 0..<5 {
                            try await connection.transaction(attempts: 50, isolation: .serializable) { session in
                                let n = try session.execute("SELECT n FROM \(table)").first?.int("n") ?? 0
                                try session.execute("UPDATE \(table) SET n = $1", [.int(n + 1)])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let found = try await connection.scalar("SELECT n FROM \(table)")
            #expect(found == 15)
        }
    }

    @Test("Cancelling the task stops the query and leaves the connection usable")
    func cancellation() async throws {
        let connection = try await TestServer.connect()
        let task = Task { try await connection.run { try $0.execute("SELECT pg_sleep(120)").count } }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(60))
        let found = try await connection.scalar("SELECT 1 AS one")
        #expect(found == 1)
    }

    @Test("A late cancellation never reaches the next statement of the connection")
    func lateCancellation() async throws {
        let connection = try await TestServer.connect()
        for round in 0..<100 {
            let task = Task { try await connection.run { try $0.execute("SELECT pg_sleep(0.001)").count } }
            try await Task.sleep(for: .microseconds(200 * (round % 15)))
            task.cancel()
            _ = await task.result
            let one = try await connection.run { try $0.execute("SELECT 1 AS one FROM pg_sleep(0.002)").first?.int(0) }
            #expect(one == 1)
        }
    }

    @Test("A cancelled transaction is rolled back")
    func cancelledTransaction() async throws {
        try await TestServer.withTable("id bigint") { connection, table in
            let task = Task {
                try await connection.transaction { session in
                    try session.execute("INSERT INTO \(table) VALUES (1)")
                    try session.execute("SELECT pg_sleep(20)")
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let found = try await connection.scalar("SELECT count(*) FROM \(table)")
            #expect(found == 0)
        }
    }

    @Test("Queries that take long hold up no timer", .timeLimit(.minutes(1)))
    func timersGoOn() async throws {
        let key = Int.random(in: 1...(1 << 40))
        let holder = try await TestServer.connect()
        try await holder.run { _ = try $0.execute("SELECT pg_advisory_lock($1)", [.int(key)]) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // More than the pool of Swift's own tasks has threads; they go on once timers have ended.
            for _ in 0..<12 {
                group.addTask {
                    let connection = try await TestServer.connect()
                    try await connection.run { _ = try $0.execute("SELECT pg_advisory_xact_lock($1)", [.int(key)]) }
                    await connection.close()
                }
            }
            for _ in 0..<30 { try await Task.sleep(for: .milliseconds(5)) }
            await holder.close()
            try await group.waitForAll()
        }
    }

    @Test("A statement that exceeds its time is ended by the server, and that is no cancellation")
    func statementTimeout() async throws {
        var configuration = try TestServer.configuration()
        configuration.statementTimeout = .milliseconds(50)
        let connection = try await PostgresConnection.connect(configuration)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { try $0.execute("SELECT pg_sleep(5)").count }
        }
        #expect(error?.code == .timeout)
    }

    @Test("A script runs several statements, and a failure undoes them")
    func scripts() async throws {
        try await TestServer.withTable("id bigint PRIMARY KEY") { connection, table in
            try await connection.run {
                try $0.script("INSERT INTO \(table) VALUES (1); INSERT INTO \(table) VALUES (2);")
            }
            await #expect(throws: PostgresError.self) {
                try await connection.run {
                    try $0.script("INSERT INTO \(table) VALUES (3); INSERT INTO \(table) VALUES (1);")
                }
            }
            let found = try await connection.scalar("SELECT count(*) FROM \(table)")
            #expect(found == 2)
        }
    }

    @Test("An unreachable server is a transient failure, a missing database is not")
    func connectionFailures() async throws {
        let unreachable = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(
                PostgresConfiguration(url: "host=/nonexistent dbname=x", connectTimeout: .seconds(1))
            )
        }
        #expect(unreachable?.code == .connectionFailed)
        #expect(unreachable?.isTransient == true)
        var configuration = try TestServer.configuration()
        configuration.url += configuration.url.contains("?") ? "&dbname=no_such_database" : " dbname=no_such_database"
        let missing = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(configuration)
        }
        #expect(missing?.sqlState == "3D000")
        #expect(missing?.isTransient == false)
    }

    @Test("A closed connection says so")
    func closing() async throws {
        let connection = try await TestServer.connect()
        #expect(connection.isOpen)
        await connection.close()
        #expect(!connection.isOpen)
        let error = await #expect(throws: PostgresError.self) { try await connection.run { _ in } }
        #expect(error?.code == .closed)
    }
}
