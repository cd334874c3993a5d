import Postgres
import Redis
import Testing

@testable import Worker

@Suite("What a worker says of servers that are away")
struct OutageLogTests {
    @Test("Of a server that all slots miss one line a minute tells, with how many were left out")
    func lines() async throws {
        let noRedis = await #expect(throws: RedisError.self) {
            _ = try await RedisConnection.connect(url: "unix:///nonexistent/redis.sock")
        }
        let noPostgres = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(PostgresConfiguration(url: "host=/nonexistent dbname=x"))
        }
        let (redis, postgres) = (try #require(noRedis), try #require(noPostgres))
        var log = OutageLog()
        let start = ContinuousClock.now
        #expect(log.failed(redis, at: start) == "\(redis)")
        for second in 1..<60 { #expect(log.failed(redis, at: start + .seconds(second)) == nil) }
        #expect(log.failed(postgres, at: start + .seconds(1)) == "\(postgres)", "another server is another outage")
        let left = " (and 59 more like it since this was said last)"
        #expect(log.failed(redis, at: start + .seconds(60)) == "\(redis)\(left)")
        #expect(log.failed(redis, at: start + .seconds(61)) == nil)
    }

    @Test("What is no outage is always said")
    func others() {
        var log = OutageLog()
        for _ in 0..<3 { #expect(log.failed(CancellationError(), at: .now) != nil) }
    }
}
