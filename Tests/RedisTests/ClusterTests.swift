import TallymanTesting
import Testing

@testable import Redis

@Suite("Redis Cluster")
struct ClusterTests {
    @Test(
        "A key's slot is that of the specification",
        arguments: [
            // CRC16("123456789") is 0x31C3 in appendix A; the others are CLUSTER KEYSLOT's answers.
            ("123456789", 12_739), ("foo", 12_182), ("{foo}.bar", 12_182), ("a{foo}b{bar}", 12_182), ("", 0),
        ]
    )
    func slots(_ key: String, _ slot: Int) {
        #expect(ClusterSlot.of(Array(key.utf8)) == slot)
    }

    @Test("A tag counts only where it is closed and not empty")
    func tags() {
        func slot(_ key: String) -> Int { ClusterSlot.of(Array(key.utf8)) }
        #expect(slot("foo{}{bar}") != slot("bar"))
        #expect(slot("foo{{bar}}zap") == slot("{bar"))
        #expect(slot("foo{bar") != slot("bar"))
        #expect(slot("tallyman:{shard-3}:0") == slot("tallyman:{shard-3}:1"))
    }

    @Test("The key of a command stands where its name says")
    func keys() {
        func key(_ words: RedisArgument...) -> String? {
            ClusterSlot.key(of: words).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(key("get", "k") == "k")
        #expect(key("XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", "k", ">") == "k")
        #expect(key("XGROUP", "CREATE", "k", "g", "0") == "k")
        #expect(key("EVAL", "script", "2", "k", "l", "arg") == "k")
        #expect(key("EVAL", "script", "0", "arg") == nil)
        #expect(key("PING") == nil)
        #expect(key("GET") == nil)
        #expect(key("XREADGROUP", "GROUP", "g", "c", "STREAMS") == nil)
    }

    @Test(
        "What is no sound redirect is none",
        arguments: [
            "MOVED", "MOVED 1", "MOVED x 127.0.0.1:1", "MOVED 16384 127.0.0.1:1", "MOVED -1 h:1", "MOVED 1 127.0.0.1",
            "MOVED 1 h:0", "MOVED 1 h:99999", "WRONGTYPE 1 h:1", "ASK 1 :", "",
        ]
    )
    func noRedirect(_ message: String) {
        #expect(ClusterRedirect(message, from: .tcp(host: "own", port: 1)) == nil)
    }

    @Test("A redirect names slot and server, and its own host by none")
    func redirect() {
        let origin = RedisConfiguration.Address.tcp(host: "own", port: 1)
        #expect(ClusterRedirect("MOVED 7 ::1:6381", from: origin)?.address == .tcp(host: "::1", port: 6381))
        #expect(ClusterRedirect("ASK 7 :6381", from: origin)?.address == .tcp(host: "own", port: 6381))
        #expect(ClusterRedirect("ASK 7 :6381", from: origin)?.isAsk == true)
        #expect(ClusterRedirect("MOVED 7 :6381", from: .unix(path: "/s")) == nil)
    }
}

@Suite(
    "A cluster of three servers",
    .serialized,
    .tags(.integration),
    .enabled(if: TestServer.isWanted, TestServer.hint)
)
struct RealClusterTests {
    @Test("Commands find the server that has their key, one by one and in pipelines")
    func moved() async throws {
        let cluster = try RedisCluster()
        try await cluster.start()
        let redis = try await RedisConnection.connect(url: cluster.urls[0])
        for number in 0..<60 { try await redis.command(["SET", "key-\(number)", RedisArgument(number)]) }
        let replies = try await redis.pipeline((0..<60).map { ["GET", "key-\($0)"] })
        #expect(replies.map(\.int) == (0..<60).map { $0 })
        var sizes: [Int] = []
        for port in cluster.ports { sizes.append(Int(try await cluster.ask(port, "DBSIZE")) ?? 0) }
        #expect(sizes.reduce(0, +) == 60 && sizes.allSatisfy { $0 > 0 })
        // A connection that knows no slot yet sends a whole pipeline on.
        let fresh = try await RedisConnection.connect(url: cluster.urls[1])
        #expect(try await fresh.pipeline((0..<60).map { ["INCR", "key-\($0)"] }).map(\.int) == (1...60).map { $0 })
        let error = await #expect(throws: RedisError.self) { try await fresh.command(["LPUSH", "key-1", "x"]) }
        #expect(error?.serverCode == "WRONGTYPE")
    }

    @Test("A slot that moves from one server to another is followed while it moves and after")
    func ask() async throws {
        let cluster = try RedisCluster()
        try await cluster.start()
        let redis = try await RedisConnection.connect(url: cluster.url)
        try await redis.command(["SET", "{t}old", "1"])
        let from = try #require(try await cluster.owner(of: "{t}old"))
        let to = try #require(cluster.ports.first { $0 != from })
        let slot = try await cluster.ask(from, "CLUSTER", "KEYSLOT", "{t}old")
        let source = try await cluster.ask(from, "CLUSTER", "MYID")
        let target = try await cluster.ask(to, "CLUSTER", "MYID")
        try await cluster.ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", source)
        try await cluster.ask(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", target)
        // What is not at the old server any more, or not yet there, is asked of the new one.
        try await redis.command(["SET", "{t}new", "2"])
        #expect(try await redis.command(["GET", "{t}old"]).int == 1)
        #expect(try await redis.command(["GET", "{t}new"]).int == 2)
        try await cluster.ask(from, "MIGRATE", "127.0.0.1", "\(to)", "{t}old", "0", "5000")
        #expect(try await redis.pipeline([["GET", "{t}old"], ["GET", "{t}new"]]).map(\.int) == [1, 2])
        for port in [to, from] { try await cluster.ask(port, "CLUSTER", "SETSLOT", slot, "NODE", target) }
        #expect(try await redis.pipeline([["GET", "{t}old"], ["GET", "{t}new"]]).map(\.int) == [1, 2])
    }

    @Test("Without the first server the others are asked for what they have")
    func serverLost() async throws {
        let cluster = try RedisCluster()
        try await cluster.start()
        var configuration = try RedisConfiguration(url: cluster.url)
        configuration.reconnectPause = .milliseconds(1)...Duration.milliseconds(5)
        let redis = try await RedisConnection.connect(configuration)
        var alive: [String] = []
        for number in 0..<40 {
            try await redis.command(["SET", "key-\(number)", "x"])
            if try await cluster.owner(of: "key-\(number)") != cluster.ports[0] { alive.append("key-\(number)") }
        }
        try await cluster.crash(cluster.ports[0])
        // One command may meet the break; those that follow go elsewhere.
        _ = try? await redis.command(["GET", RedisArgument(alive[0])])
        for key in alive { #expect(try await redis.command(["GET", RedisArgument(key)]).string == "x") }
        let late = try await RedisConnection.connect(url: cluster.url)
        #expect(try await late.command(["GET", RedisArgument(alive[0])]).string == "x")
    }
}
