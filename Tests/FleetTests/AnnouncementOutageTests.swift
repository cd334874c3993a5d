import Postgres
import Redis
import Testing

@testable import Coordinator

@Suite("What a coordinator says of servers that are away")
struct AnnouncementOutageTests {
    private func redisIsAway() async throws -> RedisError {
        let error = await #expect(throws: RedisError.self) {
            _ = try await RedisConnection.connect(url: "unix:///nonexistent/redis.sock")
        }
        return try #require(error)
    }

    private func postgresIsAway() async throws -> PostgresError {
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(PostgresConfiguration(url: "host=/nonexistent dbname=x"))
        }
        return try #require(error)
    }

    @Test("A server is back only where it was there, and nothing is said where none was missed")
    func wording() async throws {
        let (redis, postgres) = (try await redisIsAway(), try await postgresIsAway())
        var outage = AnnouncementOutage()
        #expect(outage.failed(redis)?.hasPrefix("tasks cannot be announced now: Redis: ") == true)
        #expect(outage.failed(redis) == nil)
        #expect(outage.worked() == "Redis answers: tasks are announced")
        #expect(outage.worked() == nil)
        #expect(outage.failed(redis) != nil)
        #expect(outage.worked() == "Redis answers again: tasks are announced again")
        #expect(outage.failed(postgres)?.hasPrefix("tasks cannot be announced now: PostgreSQL: ") == true)
        #expect(outage.worked() == "PostgreSQL answers again: tasks are announced again")
        #expect(outage.failed(postgres) != nil)
        #expect(outage.failed(redis) != nil, "another server is another outage")
        #expect(outage.worked() == "Redis answers again: tasks are announced again")
        #expect(outage.failed(CancellationError()) != nil)
        #expect(outage.worked() == "tasks are announced again")
    }

    @Test("Nothing is said of servers that were always there")
    func quiet() {
        var outage = AnnouncementOutage()
        for _ in 0..<3 { #expect(outage.worked() == nil) }
    }
}
