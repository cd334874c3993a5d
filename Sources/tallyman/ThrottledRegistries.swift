import FleetRegistry
import Foundation
import Redis

/// Which registries ask to be left alone at present.
enum ThrottledRegistries {
    /// Until when, as UTC in ISO 8601, by the registry's name; empty where Redis does not answer, for status is told without it.
    static func read(redis url: String) async -> [String: String] {
        guard let connection = try? await RedisConnection.connect(url: url) else { return [:] }  // see above
        let throttles = (try? await RegistryThrottle.read(connection)) ?? []  // see above
        await connection.close()
        var until: [String: String] = [:]
        for throttle in throttles {
            guard let pause = throttle.pausedFor else { continue }
            until[throttle.registry] = Date(timeIntervalSinceNow: pause / .seconds(1)).formatted(.iso8601)
        }
        return until
    }
}
