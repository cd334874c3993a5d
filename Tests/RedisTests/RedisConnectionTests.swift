import Redis
import Testing

@Suite("Redis connections", .tags(.integration), .enabled(if: TestServer.isWanted, TestServer.hint))
struct RedisConnectionTests {
    @Test("Values and keys of any bytes come back as they were sent")
    func binarySafe() async throws {
        let redis = try await TestServer.connect()
        let all = RedisArgument((0...255).map { UInt8($0) })
        let key = RedisArgument(TestServer.key("bytes").bytes + all.bytes)
        #expect(try await redis.command(["SET", key, all, "EX", 60]).string == "OK")
        #expect(try await redis.command(["GET", key]).bytes == all.bytes)
        #expect(try await redis.command(["ECHO", ""]).bytes == [])
        #expect(try await redis.command(["GET", TestServer.key("none")]).isNull)
    }

    @Test("An error reply is thrown by a command, returned by a pipeline, and breaks nothing")
    func errorReplies() async throws {
        let redis = try await TestServer.connect()
        let key = TestServer.key("type")
        let error = await #expect(throws: RedisError.self) {
            try await redis.command(["SET", key, "x", "EX", 60])
            try await redis.command(["LPUSH", key, "y"])
        }
        #expect(error?.code == .server)
        #expect(error?.serverCode == "WRONGTYPE")
        #expect(error?.isTransient == false)
        let replies = try await redis.pipeline([["INCR", key], ["GET", key], ["NOSUCH"], ["DEL", key]])
        #expect(replies.count == 4)
        guard case .error = replies[0], case .error = replies[2] else {
            Issue.record("no error replies in \(replies)")
            return
        }
        #expect(replies[1].string == "x")
        #expect(replies[3].int == 1)
    }

    @Test("What is of another kind under a key of one's own goes; another refusal is thrown, and takes nothing away")
    func ownKeys() async throws {
        let redis = try await TestServer.connect()
        let key = TestServer.key("own")
        try await redis.command(["SET", key, "x", "EX", 60])
        #expect(try await redis.command(["HSET", key, "a", "b"], on: key, .hash).int == 1)
        try await redis.command(["EXPIRE", key, 60])
        #expect(try await redis.command(["HSET", key, "a", "c"], on: key, .hash).int == 0)
        let error = await #expect(throws: RedisError.self) {
            try await redis.command(["HINCRBY", key, "a", "1"], on: key, .hash)
        }
        #expect(error?.isWrongKind == false)
        #expect(try await redis.command(["HGET", key, "a"]).string == "c")
        // Somebody else has put it right since it was met.
        try await redis.deleteOthers([key, TestServer.key("none")], than: [.hash, .stream])
        #expect(try await redis.command(["HGET", key, "a"]).string == "c")
        try await redis.deleteOthers([key], than: [.zset])
        #expect(try await redis.command(["EXISTS", key]).int == 0)
        #expect(try await redis.serverSeconds() > 1_700_000_000)
    }

    @Test("A long pipeline and a large value keep their order")
    func large() async throws {
        let redis = try await TestServer.connect()
        let key = TestServer.key("large")
        let replies = try await redis.pipeline((0..<5000).map { ["RPUSH", key, RedisArgument($0)] })
        #expect(replies.map(\.int) == (1...5000).map { $0 })
        #expect(try await redis.command(["LRANGE", key, 0, -1]).strings?.count == 5000)
        let value = [UInt8](repeating: 7, count: 5_000_000)
        try await redis.command(["SET", key, RedisArgument(value), "EX", 60])
        #expect(try await redis.command(["GET", key]).bytes == value)
        try await redis.command(["DEL", key])
    }

    @Test("Stream entries are written, read by a group and claimed")
    func streams() async throws {
        let redis = try await TestServer.connect()
        let key = TestServer.key("stream")
        try await redis.command(["XGROUP", "CREATE", key, "g", "0", "MKSTREAM"])
        let busy = await #expect(throws: RedisError.self) {
            try await redis.command(["XGROUP", "CREATE", key, "g", "0"])
        }
        #expect(busy?.serverCode == "BUSYGROUP")
        let id = try await redis.command(["XADD", key, "*", "job", "1", "raw", RedisArgument([0, 255])]).string
        let read = try await redis.command(["XREADGROUP", "GROUP", "g", "a", "COUNT", 10, "STREAMS", key, ">"])
        let batch = try #require(try read.streamBatches().first)
        #expect(batch.stream == String(decoding: key.bytes, as: UTF8.self))
        #expect(batch.entries.first?.id == id)
        #expect(batch.entries.first?.fields["raw"] == [0, 255])
        let claimed = try await redis.command(["XAUTOCLAIM", key, "g", "b", 0, "0-0"]).autoclaim()
        #expect(claimed.next == "0-0")
        #expect(claimed.entries.map(\.id) == [id])
        let start = ContinuousClock.now
        let none = try await redis.command(
            ["XREADGROUP", "GROUP", "g", "a", "BLOCK", 200, "STREAMS", key, ">"],
            timeout: .seconds(2)
        )
        #expect(try none.streamBatches().isEmpty)
        #expect(ContinuousClock.now - start >= .milliseconds(190))
        try await redis.command(["DEL", key])
    }

    @Test("A reply that does not come in time is a transient error, and the next command works")
    func timeout() async throws {
        let redis = try await TestServer.connect()
        let error = await #expect(throws: RedisError.self) {
            try await redis.command(["BLPOP", TestServer.key("empty"), 5], timeout: .milliseconds(100))
        }
        #expect(error?.code == .timeout)
        #expect(error?.isTransient == true)
        #expect(try await redis.command(["ECHO", "a"]).string == "a")
    }

    @Test("Cancelling the task ends the wait, and the next command works")
    func cancellation() async throws {
        let redis = try await TestServer.connect()
        let key = TestServer.key("empty")
        let task = Task { try await redis.command(["BLPOP", key, 120], timeout: .seconds(150)) }
        try await Task.sleep(for: .milliseconds(100))
        let start = ContinuousClock.now
        task.cancel()
        let error = await #expect(throws: RedisError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(try await redis.command(["ECHO", "a"]).string == "a")
    }

    @Test("A reply beyond the bound is refused, and the next command works")
    func replyBound() async throws {
        var configuration = try RedisConfiguration(url: try #require(TestServer.url, TestServer.hint))
        configuration.limits.maxReplyBytes = 100_000
        let redis = try await RedisConnection.connect(configuration)
        let key = TestServer.key("bound")
        try await redis.command(["SET", key, RedisArgument([UInt8](repeating: 1, count: 1_000_000)), "EX", 60])
        let error = await #expect(throws: RedisError.self) { try await redis.command(["GET", key]) }
        #expect(error?.code == .invalidReply)
        #expect(try await redis.command(["DEL", key]).int == 1)
    }

    @Test("A server restarted between commands is found again, with login and database")
    func restart() async throws {
        let server = try PrivateServer(arguments: ["--requirepass", "secret"])
        try await server.start()
        var configuration = try RedisConfiguration(url: "unix://\(server.path)?db=3")
        configuration.password = "secret"
        let redis = try await RedisConnection.connect(configuration)
        try await redis.command(["SET", "a", "1"])
        try await server.stop()
        let error = await #expect(throws: RedisError.self) { try await redis.command(["GET", "a"]) }
        #expect(error?.isTransient == true)
        try await server.start()
        #expect(try await redis.command(["GET", "a"]).isNull)
        #expect(try await redis.command(["CLIENT", "LIST"]).string?.contains("db=3") == true)
        try await server.stop()
        try await server.start()
        #expect(try await redis.command(["ECHO", "b"]).string == "b")
    }

    @Test("A server that dies in a command is a transient error")
    func death() async throws {
        let server = try PrivateServer()
        try await server.start()
        let redis = try await RedisConnection.connect(url: "unix://\(server.path)")
        let task = Task { try await redis.command(["BLPOP", "none", 20], timeout: .seconds(30)) }
        try await Task.sleep(for: .milliseconds(100))
        try await server.stop()
        let error = await #expect(throws: RedisError.self) { try await task.value }
        #expect(error?.code == .connectionLost)
        #expect(error?.isTransient == true)
    }

    @Test("A wrong password is no transient error")
    func wrongPassword() async throws {
        let server = try PrivateServer(arguments: ["--requirepass", "secret"])
        try await server.start()
        var configuration = try RedisConfiguration(url: "unix://\(server.path)")
        for password in [nil, "wrong"] {
            configuration.password = password
            let error = await #expect(throws: RedisError.self) { _ = try await RedisConnection.connect(configuration) }
            #expect(error?.code == .authentication)
            #expect(error?.isTransient == false)
        }
    }

    @Test("Commands without words are refused, and a closed connection says so")
    func misuse() async throws {
        let redis = try await TestServer.connect()
        let empty = await #expect(throws: RedisError.self) { try await redis.command([]) }
        #expect(empty?.code == .invalidCommand)
        #expect(try await redis.pipeline([]).isEmpty)
        await redis.close()
        let closed = await #expect(throws: RedisError.self) { try await redis.command(["PING"]) }
        #expect(closed?.code == .closed)
    }
}
