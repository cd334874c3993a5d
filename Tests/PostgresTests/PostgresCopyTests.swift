import Postgres
import Testing

@Suite("COPY", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresCopyTests {
    private struct Refused: Error {}

    @Test("Hostile text and bytes arrive unchanged")
    func hostileValues() async throws {
        let texts = [
            "", "\\N", "\\.", "a\tb", "a\nb", "a\r\nb", "\\", "\\\\t", "ünïcödé 🐳", "\u{1}\u{8}\u{B}\u{C}\u{1F}\u{7F}",
            "{\"a\",\\\"b}", "'; DROP TABLE x; --",
        ]
        let bytes = (0...255).map { UInt8($0) }
        try await TestServer.withTable("n bigint, t text, b bytea, a text[], o text, bs bytea[]") { connection, table in
            let copied = try await connection.run { session in
                try session.copyIn(
                    "COPY \(table) (n, t, b, a, o, bs) FROM STDIN",
                    rows: texts.enumerated().map { number, text in
                        [
                            .int(number), .text(text), .bytes(bytes), .textArray([text, text]), .null,
                            .bytesArray([bytes]),
                        ]
                    }
                )
            }
            #expect(copied == texts.count)
            try await connection.run { session in
                let rows = try session.execute("SELECT * FROM \(table) ORDER BY n")
                #expect(try rows.map { try $0.string("t") } == texts)
                #expect(try rows.map { try $0.strings("a") } == texts.map { [$0, $0] })
                #expect(try rows.allSatisfy { try $0.bytes("b") == bytes && $0.isNull("o") })
                #expect(try rows.allSatisfy { try $0.byteArrays("bs") == [bytes] })
            }
        }
    }

    @Test("Many rows and one very long row are streamed in pieces")
    func large() async throws {
        try await TestServer.withTable("n bigint, t text") { connection, table in
            let long = String(repeating: "x\t", count: 500_000)
            try await connection.run { session in
                try session.copyIn("COPY \(table) FROM STDIN") { writer in
                    try writer.writeRow([-1, .text(long)])
                    for number in 0..<20_000 { try writer.writeRow([.int(number), "row"]) }
                }
                let row = try #require(try session.execute("SELECT count(*), sum(length(t)) FROM \(table)").first)
                #expect(try row.int(0) == 20_001)
                #expect(try row.int(1) == 1_000_000 + 60_000)
            }
        }
    }

    @Test("An error of the closure undoes the copy and leaves the connection usable")
    func abandoned() async throws {
        try await TestServer.withTable("n bigint") { connection, table in
            await #expect(throws: Refused.self) {
                try await connection.run { session in
                    try session.copyIn("COPY \(table) FROM STDIN") { writer in
                        try writer.writeRow([1])
                        throw Refused()
                    }
                }
            }
            let found = try await connection.scalar("SELECT count(*) FROM \(table)")
            #expect(found == 0)
        }
    }

    @Test(
        "A row that the server refuses and a NUL byte are errors that leave the connection usable",
        arguments: [PostgresValue.text("not a number"), .text("a\0b")]
    )
    func refusedRow(_ value: PostgresValue) async throws {
        try await TestServer.withTable("n bigint") { connection, table in
            await #expect(throws: PostgresError.self) {
                try await connection.run { try $0.copyIn("COPY \(table) FROM STDIN", rows: [[1], [value]]) }
            }
            let found = try await connection.scalar("SELECT count(*) FROM \(table)")
            #expect(found == 0)
        }
    }

    @Test("A copy that is given to the wrong call is refused and leaves the connection usable")
    func misuse() async throws {
        try await TestServer.withTable("n bigint") { connection, table in
            for sql in ["COPY \(table) FROM STDIN", "COPY \(table) TO STDOUT"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.run { try $0.execute(sql).count }
                }
                #expect(error?.code == .misuse)
            }
            await #expect(throws: PostgresError.self) {
                try await connection.run { try $0.copyIn("SELECT 1", rows: [[1]]) }
            }
            let found = try await connection.scalar("SELECT 1 AS one")
            #expect(found == 1)
        }
    }
}
