import Postgres
import Testing

@Suite("Statements sent at once", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresPipelineTests {
    private static let rows = "SELECT n FROM generate_series(1, $1::int) AS n"
    private static let quotient = "SELECT 1 / $1::int"

    @Test("Answers come in the order of the statements, large ones too")
    func order() async throws {
        let connection = try await TestServer.connect()
        // More than fits the buffers of a connection, both ways.
        let long = (0..<200_000).map { Int($0) }
        for _ in 0..<2 {
            let counts = try await connection.run { session in
                try session.executeTogether([
                    KeptStatement(Self.rows, [.int(100_000)]),
                    KeptStatement("SELECT unnest($1::bigint[])", [.intArray(long)]),
                    KeptStatement(Self.rows, [.int(3)]),
                    KeptStatement("SELECT unnest($1::bigint[])", [.intArray(long)]),
                ]) { answers in
                    var counts: [Int] = []
                    for _ in 0..<4 { counts.append(try answers.next().count) }
                    return counts
                }
            }
            #expect(counts == [100_000, 200_000, 3, 200_000])
        }
        await connection.close()
    }

    @Test("A statement that fails is reported, those behind it are not executed, and the connection goes on")
    func failure() async throws {
        try await TestServer.withTable("n bigint") { connection, table in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.executeTogether([
                        KeptStatement(Self.rows, [.int(2)]), KeptStatement(Self.quotient, [.int(0)]),
                        KeptStatement("INSERT INTO \(table) VALUES (1)"),
                    ]) { answers in
                        #expect(try answers.next().count == 2)
                        _ = try answers.next()
                    }
                }
            }
            #expect(error?.sqlState == "22012")
            let count = try await connection.scalar("SELECT count(*) FROM \(table)")
            #expect(count == 0)
        }
    }

    @Test("A statement that is none fails before anything is sent")
    func unprepared() async throws {
        let connection = try await TestServer.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.executeTogether([KeptStatement(Self.rows, [.int(1)]), KeptStatement("SELEC 1")]) { _ in }
            }
        }
        #expect(error?.sqlState == "42601")
        let one = try await connection.scalar("SELECT 1")
        #expect(one == 1)
        await connection.close()
    }

    @Test("Answers that nobody takes are dropped, and one too many is an error of the caller")
    func left() async throws {
        let connection = try await TestServer.connect()
        let both = [KeptStatement(Self.rows, [.int(1)]), KeptStatement(Self.rows, [.int(2)])]
        let first = try await connection.transaction { session in
            let first = try session.executeTogether(both) { answers in try answers.next().count }
            return [first, try session.executeTogether(both) { _ in 0 }, try session.execute("SELECT 1").count]
        }
        #expect(first == [1, 0, 1])
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.executeTogether(both) { answers in
                    for _ in 0..<3 { _ = try answers.next() }
                }
            }
        }
        #expect(error?.code == .misuse)
        let one = try await connection.scalar("SELECT 1")
        #expect(one == 1)
        await connection.close()
    }

    @Test("More statements than are kept are executed all the same")
    func manyStatements() async throws {
        let connection = try await TestServer.connect()
        let sums = try await connection.run { session in
            try session.executeTogether((0..<50).map { KeptStatement("SELECT $1::int + \($0)", [.int(1)]) }) {
                answers in
                var sums: [Int] = []
                for _ in 0..<50 { sums.append(try answers.next().first?.int(0) ?? 0) }
                return sums
            }
        }
        #expect(sums == Array(1...50))
        await connection.close()
    }

    @Test("Cancelling the task stops the statement under way and drops the rest")
    func cancellation() async throws {
        let connection = try await TestServer.connect()
        let task = Task {
            try await connection.run { session in
                try session.executeTogether([
                    KeptStatement("SELECT pg_sleep(30)"), KeptStatement("SELECT pg_sleep(30)"),
                ]) {
                    _ = try $0.next()
                }
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let one = try await connection.scalar("SELECT 1")
        #expect(one == 1)
        await connection.close()
    }
}
