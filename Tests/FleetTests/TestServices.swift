import Foundation
import Redis
import Store
import TallymanTesting
import Testing

extension Tag {
    @Tag static var integration: Self
}

/// Every test of the whole fleet; one after the other, for they share one Redis.
@Suite("The fleet", .serialized, .tags(.integration), .enabled(if: TestServices.areWanted, TestServices.hint))
struct FleetTests {}

/// The servers that `ops/test-services start DIR` prints.
enum TestServices {
    private static let environment = ProcessInfo.processInfo.environment
    private static let redis = environment["TALLYMAN_TEST_REDIS"]
    static let registry = environment["TALLYMAN_TEST_REGISTRY"]
    /// Away from the database that tests of other targets use.
    private static let redisDatabase = 9

    /// Without servers the tests are skipped, except where they must not be.
    static let areWanted =
        (ScratchDatabase.server != nil && redis != nil && registry != nil) || environment["CI"] == "true"
    static let hint: Comment =
        "set TALLYMAN_TEST_POSTGRES, _REDIS and _REGISTRY; ops/test-services start DIR starts servers and prints them"

    /// Runs `body` with a new database that has the present schema, and an empty Redis.
    static func withFleet(_ body: (Fleet) async throws -> Void) async throws {
        let redisURL = numbered(try #require(redis, hint))
        try await ScratchDatabase.with { url in
            let store = Store(url: url, connections: 4)
            let connection = try await RedisConnection.connect(url: redisURL)
            let fleet = Fleet(store: store, postgres: url, redis: redisURL, connection: connection)
            let result: Result<Void, any Error>
            do {
                _ = try await Migrations.apply(on: store.pool)
                try await fleet.flushRedis()
                result = .success(try await body(fleet))
            } catch {
                result = .failure(error)
            }
            await connection.close()
            await store.close()
            try result.get()
        }
    }

    private static func numbered(_ url: String) -> String {
        url.hasPrefix("redis://")
            ? url + (url.hasSuffix("/") ? "" : "/") + "\(redisDatabase)" : "\(url)?db=\(redisDatabase)"
    }
}
