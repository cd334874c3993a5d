import Redis

/// Where processes tell what they count, so that one of them can show it for all: a hash with one field a process.
///
/// What is in it is lost with Redis and comes back with the next posts.
package actor ProcessBoard {
    private static let key: RedisArgument = "tallyman:processes"
    /// Most processes that are read; a fleet that has more has left behind those that died, and nobody has looked for long.
    private static let maxProcesses = 4_096

    private let link: SharedConnection

    package init(url: String) { link = SharedConnection(url: url) }

    /// Puts up what a process says, in place of what it said before.
    package func post(_ process: String, _ document: [UInt8]) async throws {
        let post: [RedisArgument] = ["HSET", Self.key, RedisArgument(process), RedisArgument(document)]
        try await link.connection().command(post, on: Self.key, .hash)
    }

    /// What every process said last; nothing where it is too much, and the board is begun anew.
    package func documents() async throws -> [String: [UInt8]] {
        let redis = try await link.connection()
        guard let count = try await redis.command(["HLEN", Self.key], on: Self.key, .hash).int else { return [:] }
        guard count <= Self.maxProcesses else {
            // Who is alive posts again in a few seconds.
            _ = try await redis.command(["DEL", Self.key])
            return [:]
        }
        return try await redis.command(["HGETALL", Self.key]).pairs ?? [:]
    }

    /// Seconds since 1970 by the clock that all posts are dated by: Redis', whatever those of the processes say.
    package func seconds() async throws -> Int { try await link.connection().serverSeconds() }

    /// Takes down what processes said that are gone.
    package func remove(_ processes: [String]) async throws {
        guard !processes.isEmpty else { return }
        _ = try await link.connection().command(["HDEL", Self.key] + processes.sorted().map { RedisArgument($0) })
    }

    /// Whether Redis answers.
    package func ping() async throws { _ = try await link.connection().command(["PING"], timeout: .seconds(2)) }

    /// Closes the connection; whoever asks later has a new one.
    package func close() async {
        await link.close()
    }
}
