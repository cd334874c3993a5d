import Postgres
import Testing

@Suite("PostgreSQL values", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct PostgresValueTests {
    @Test(
        "Text comes back as it was sent",
        arguments: [
            "", "plain", "tab\tnewline\nreturn\rbackslash\\ \\N \\. quote\"' {a,b} NULL", "ünïcödé 🐳 \u{202E}",
            "$1; DROP TABLE x",
        ]
    )
    func text(_ text: String) async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let rows = try session.execute(
                "SELECT $1::text AS a, $2::text[] AS b",
                [.text(text), .textArray([text, text])]
            )
            let row = try #require(rows.first)
            #expect(try row.string("a") == text)
            #expect(try row.strings("b") == [text, text])
        }
    }

    @Test(
        "Arrays of texts are read whatever their elements, and none with a null",
        arguments: [
            [], ["a"], ["1.2-3", "null"], ["NULL", "a"], ["a,b", "c"], ["", "a"], ["{", "\\", "\"q\""], ["ü", " "],
        ]
    )
    func texts(_ texts: [String]) async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let row = try #require(
                try session.execute("SELECT $1::text[] AS a, $1::text[] || NULL::text AS b", [.textArray(texts)]).first
            )
            #expect(try row.strings("a") == texts)
            #expect(throws: PostgresError.self) { try row.strings("b") }
        }
    }

    @Test("Bytes of every value come back as they were sent, alone and in arrays")
    func bytes() async throws {
        let connection = try await TestServer.connect()
        let all = (0...255).map { UInt8($0) }
        try await connection.run { session in
            let rows = try session.execute(
                "SELECT $1::bytea, $2::bytea[], length($1)",
                [.bytes(all), .bytesArray([all, [], [0x5C, 0x22]])]
            )
            let row = try #require(rows.first)
            #expect(try row.bytes(0) == all)
            #expect(try row.byteArrays(1) == [all, [], [0x5C, 0x22]])
            #expect(try row.int(2) == 256)
        }
    }

    @Test("Numbers, flags, nulls and their arrays come back as they were sent")
    func scalars() async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let rows = try session.execute(
                """
                SELECT $1::bigint AS int, $2::float8 AS double, $3::bool AS flag, $4::text AS nothing,
                    $5::bigint[] AS ints, $6::bool[] AS flags, $7::jsonb ->> 'a' AS json, sum($1::bigint) AS sum,
                    $8::bigint[] AS empty
                """,
                [
                    .int(Int64.min), 0.1, true, nil, .int64Array([Int64.max, -1]), .boolArray([true, false]),
                    .json(#"{"a": "b"}"#), .int64Array([]),
                ]
            )
            let row = try #require(rows.first)
            #expect(try row.int("int") == Int.min)
            #expect(try row.double("double") == 0.1)
            #expect(try row.bool("flag"))
            #expect(try row.isNull("nothing"))
            #expect(try row.optionalString("nothing") == nil)
            #expect(try row.ints("ints") == [Int.max, -1])
            #expect(try row.bools("flags") == [true, false])
            #expect(try row.string("json") == "b")
            #expect(try row.int("sum") == Int.min)
            #expect(try row.ints("empty") == [])
        }
    }

    @Test(
        "Timestamps agree with the server's own arithmetic",
        arguments: [
            0, -1, 951_782_400_123_456, 1_764_003_255_000_001, -62_135_596_800_000_000, 253_402_300_799_999_999,
            -2_203_891_200_000_000,
        ] as [Int64]
    )
    func timestamps(_ microseconds: Int64) async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let rows = try session.execute(
                "SELECT $1 AS at, (extract(epoch FROM $1) * 1000000)::bigint AS micros",
                [.timestamp(microseconds: microseconds)]
            )
            let row = try #require(rows.first)
            #expect(try row.timestamp("at") == microseconds)
            #expect(try row.int("micros") == Int(microseconds))
        }
    }

    @Test("A timestamp outside the years 1 to 9999 is refused", arguments: [Int64.min, Int64.max])
    func timestampBounds(_ microseconds: Int64) async throws {
        let connection = try await TestServer.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { try $0.execute("SELECT $1", [.timestamp(microseconds: microseconds)]).count }
        }
        #expect(error?.code == .invalidParameter)
    }

    @Test("Arrays feed unnest, some of their elements null")
    func unnest() async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let rows = try session.execute(
                "SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY AS t (a, b, c, n) ORDER BY n",
                [
                    .textArray(["x", "NULL", ""]), .optionalInt64Array([1, nil, 3]),
                    .optionalTextArray([nil, "NULL", "z"]),
                ]
            )
            #expect(try rows.map { try $0.string("a") } == ["x", "NULL", ""])
            #expect(try rows.map { try $0.optionalInt("b") } == [1, nil, 3])
            #expect(try rows.map { try $0.optionalString("c") } == [nil, "NULL", "z"])
        }
    }

    @Test(
        "A NUL byte in text is refused with a reason",
        arguments: [PostgresValue.text("a\0b"), .textArray(["a\0b"]), .json("\"\0\"")]
    )
    func nulBytes(_ value: PostgresValue) async throws {
        let connection = try await TestServer.connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { try $0.execute("SELECT $1", [value]).count }
        }
        #expect(error?.code == .invalidParameter)
        #expect(error?.message.contains("NUL") == true)
        #expect(error?.isTransient == false)
    }

    @Test("A column that is missing, null or of another type is an error and not a trap")
    func wrongColumns() async throws {
        let connection = try await TestServer.connect()
        try await connection.run { session in
            let rows = try session.execute(
                """
                SELECT 'x' AS a, NULL AS b, '{{1},{2}}'::int[] AS c, '99999999999999999999' AS d,
                    '{1,NULL}'::int[] AS e, '{1,-99999999999999999999}'::numeric[] AS f
                """
            )
            let row = try #require(rows.first)
            #expect(throws: PostgresError.self) { try row.int("a") }
            #expect(throws: PostgresError.self) { try row.string("b") }
            #expect(throws: PostgresError.self) { try row.ints("c") }
            #expect(throws: PostgresError.self) { try row.int("d") }
            #expect(throws: PostgresError.self) { try row.ints("e") }
            #expect(throws: PostgresError.self) { try row.ints("f") }
            #expect(throws: PostgresError.self) { try row.bytes("a") }
            #expect(throws: PostgresError.self) { try row.timestamp("a") }
            #expect(throws: PostgresError.self) { try row.string("missing") }
            #expect(throws: PostgresError.self) { try row.string(-1) }
            #expect(throws: PostgresError.self) { try row.string(6) }
        }
    }
}
