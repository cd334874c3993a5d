package import Redis

/// How a registry's shared budget stands, for status and metrics.
package struct RegistryThrottle: Sendable, Hashable {
    package var registry: String
    /// Requests under way.
    package var inUse: Int
    /// How long the pause that the registry asked for goes on; `nil` where there is none.
    package var pausedFor: Duration?
    /// The rate, a second, that its refusals have led to; `nil` where there were none of late.
    package var requestsPerSecond: Double?
    /// Refusals (429) since the budget began, which a day without use or an emptied Redis ends.
    package var refusals: Int
    /// Pulls left and allowed in the registry's span, where it says so.
    package var pullsLeft: Int?
    package var pullLimit: Int?

    /// The budgets of all registries used within the last day, by name.
    package static func read(_ redis: RedisConnection) async throws -> [RegistryThrottle] {
        let time = try await redis.command(["TIME"]).strings?.compactMap { Self.number($0) } ?? []
        guard time.count == 2 else { return [] }
        let now = time[0] * 1000 + (time[1] / 1000).rounded(.down)
        let since = RedisArgument(Int(time[0]) - 86_400)
        let names = try await redis.command(["ZRANGEBYSCORE", RedisArgument(BudgetKeys.registries), since, "+inf"])
        var throttles: [RegistryThrottle] = []
        for name in (names.strings ?? []).sorted() {
            let replies = try await redis.pipeline([
                ["HGETALL", RedisArgument(BudgetKeys.budget(name))],
                ["ZCOUNT", RedisArgument(BudgetKeys.passes(name)), RedisArgument("(\(Int(now))"), "+inf"],
            ])
            guard replies.count == 2 else { continue }
            let fields = (try replies[0].get().pairs ?? [:]).compactMapValues {
                number(String(decoding: $0, as: UTF8.self))
            }
            throttles.append(RegistryThrottle(name, fields, inUse: try replies[1].get().int ?? 0, now: now))
        }
        return throttles
    }

    /// A number as the scripts write them; `nil` for one that no budget has, which somebody else has left there.
    private static func number(_ text: String) -> Double? {
        Double(text).flatMap { $0.magnitude < 1e15 ? $0 : nil }
    }

    private init(_ registry: String, _ fields: [String: Double], inUse: Int, now: Double) {
        self.registry = registry
        self.inUse = inUse
        let pause = (fields["paused_until"] ?? 0) - now
        pausedFor = pause > 0 ? .milliseconds(Int(min(pause, RegistryBudget.maxPause))) : nil
        requestsPerSecond = fields["rate"]
        refusals = Int(fields["refusals"] ?? 0)
        pullsLeft = fields["pulls_left"].map { Int($0) }
        pullLimit = fields["pulls_limit"].map { Int($0) }
    }
}
