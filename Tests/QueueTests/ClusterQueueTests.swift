import Foundation
import Queue
import Redis
import TallymanTesting
import Testing

/// Whether there is a Redis to be had, as for the tests of the other targets.
private enum TestServer {
    private static let environment = ProcessInfo.processInfo.environment
    static let isWanted = environment["TALLYMAN_TEST_REDIS"] != nil || environment["CI"] == "true"
}

@Suite(
    "The queue on a cluster",
    .enabled(if: TestServer.isWanted, "set TALLYMAN_TEST_REDIS to say that there is a Redis")
)
struct ClusterQueueTests {
    @Test("Every task that is announced is read once, taken over and acknowledged, whatever server has its shard")
    func whole() async throws {
        let cluster = try RedisCluster()
        try await cluster.start()
        let dispatcher = Dispatcher(url: cluster.url)
        #expect(try await dispatcher.epoch(proposal: "a") == "a")
        #expect(try await dispatcher.epoch(proposal: "b") == "a")
        try await dispatcher.announce(
            (0..<200).map { Dispatcher.Item(task: $0, shard: $0 % Streams.shards, priority: $0 % 3 == 0 ? 0 : 1) }
        )
        #expect(try await dispatcher.lengths().joined().reduce(0, +) == 200)
        let one = WorkFeed(url: cluster.urls[1], worker: "one")
        let two = WorkFeed(url: cluster.urls[2], worker: "two")
        for feed in [one, two] { try await feed.heartbeat(aliveWithin: 10) }
        #expect(try await dispatcher.liveWorkers(within: 10) == ["one", "two"])
        // Others with room: of two, until one says that it has none.
        #expect(try await one.heartbeat(aliveWithin: 10, isShort: true) == 1)
        #expect(try await two.heartbeat(aliveWithin: 10) == 0)
        #expect(try await one.heartbeat(aliveWithin: 10) == 1)
        #expect(try await two.heartbeat(aliveWithin: 10) == 1)
        var seen: [Int] = []
        for number in 0..<100 {
            let entry = try #require(try await one.next(interactiveOnly: false))
            seen.append(entry.task)
            // Those that it keeps are taken over by the other.
            if number % 2 == 0 { try await one.acknowledge(entry) }
        }
        #expect(Set(seen).count == 100)
        // The interactive ones come first, from whatever shard.
        #expect(seen.prefix(67).allSatisfy { $0 % 3 == 0 })
        while let entry = try await two.next(interactiveOnly: false) {
            seen.append(entry.task)
            try await two.acknowledge(entry)
        }
        #expect(Set(seen).count == 200 && seen.count == 200)
        var taken = 0
        while let entry = try await two.reclaim(idleMilliseconds: 0) {
            taken += 1
            try await two.acknowledge(entry)
        }
        #expect(taken == 50)
        #expect(try await dispatcher.lengths().joined().reduce(0, +) == 0)
        let board = ProcessBoard(url: cluster.url)
        try await board.post("one", [1, 2])
        #expect(try await board.documents() == ["one": [1, 2]])
        try await board.remove(["one"])
        #expect(try await board.documents().isEmpty)
    }

    @Test("A board that is full of processes that died shows those that live")
    func fullBoard() async throws {
        let cluster = try RedisCluster()
        try await cluster.start()
        let board = ProcessBoard(url: cluster.url)
        for number in 0..<4_097 { try await board.post("gone-\(number)", [1]) }
        #expect(try await board.documents().isEmpty)
        try await board.post("alive", [2])
        #expect(try await board.documents() == ["alive": [2]])
        await board.close()
    }
}
