import Foundation
import Redis
import Testing

@testable import Queue

/// The server of the tests, as those of the other targets have it.
private enum TestServer {
    private static let environment = ProcessInfo.processInfo.environment
    static let url = environment["TALLYMAN_TEST_REDIS"]
    static let isWanted = url != nil || environment["CI"] == "true"
}

@Suite("A connection to Redis that several share")
struct SharedConnectionTests {
    private func connections(of link: SharedConnection, _ count: Int) async throws -> [RedisConnection] {
        try await withThrowingTaskGroup(of: RedisConnection.self) { group in
            for _ in 0..<count { group.addTask { try await link.connection() } }
            var found: [RedisConnection] = []
            while let connection = try await group.next() { found.append(connection) }
            return found
        }
    }

    @Test(
        "is made once, however many ask at the same time, and anew when it was closed",
        .enabled(if: TestServer.isWanted, "set TALLYMAN_TEST_REDIS to a server's address")
    )
    func once() async throws {
        let link = SharedConnection(url: try #require(TestServer.url))
        #expect(await link.current == nil)
        let first = try await connections(of: link, 20)
        #expect(Set(first.map { ObjectIdentifier($0) }).count == 1)
        #expect(await link.current === first[0])
        await link.close()
        #expect(await link.current == nil)
        await #expect(throws: RedisError.self) { try await first[0].command(["PING"]) }
        let second = try await connections(of: link, 20)
        #expect(Set(second.map { ObjectIdentifier($0) }).count == 1 && second[0] !== first[0])
        await link.close()
    }

    @Test("is tried anew by who asks after it could not be made")
    func vain() async throws {
        let link = SharedConnection(url: "unix:///nonexistent")
        for _ in 0..<2 {
            await #expect(throws: RedisError.self) { _ = try await connections(of: link, 5) }
            #expect(await link.current == nil)
        }
        await link.close()
    }
}
