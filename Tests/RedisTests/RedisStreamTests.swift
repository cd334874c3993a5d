import Redis
import Testing

@Suite("Redis stream replies")
struct RedisStreamReplyTests {
    private static func bulk(_ text: String) -> RedisReply { .bulk(Array(text.utf8)) }

    @Test("Entries are read, deleted ones apart")
    func batches() throws {
        let reply = RedisReply.array([
            .array([
                Self.bulk("s"),
                .array([
                    .array([Self.bulk("1-0"), .array([Self.bulk("a"), Self.bulk("b")])]),
                    .array([Self.bulk("2-0"), .null]),
                ]),
            ])
        ])
        let batch = try #require(try reply.streamBatches().first)
        #expect(batch.stream == "s")
        #expect(batch.entries.map(\.id) == ["1-0"])
        #expect(batch.entries.first?["a"] == "b")
        #expect(batch.deleted == ["2-0"])
    }

    @Test("A null reply is no entries")
    func nothing() throws {
        #expect(try RedisReply.null.streamBatches().isEmpty)
    }

    @Test(
        "A reply of another form is an error and not a trap",
        arguments: [
            RedisReply.integer(1), .array([.integer(1)]), .array([.array([])]), .array([.array([.null, .null])]),
            .array([.array([.status("s"), .array([.array([.status("1-0"), .array([.status("odd")])])])])]),
            .array([.array([.status("s"), .array([.array([.array([]), .array([])])])])]),
        ]
    )
    func malformed(_ reply: RedisReply) {
        #expect(throws: RedisError.self) { try reply.streamBatches() }
        #expect(throws: RedisError.self) { try reply.autoclaim() }
    }

    @Test("An error reply is thrown as what it is")
    func errorReply() {
        let error = #expect(throws: RedisError.self) { try RedisReply.error("NOGROUP no such group").streamBatches() }
        #expect(error?.serverCode == "NOGROUP")
    }
}
