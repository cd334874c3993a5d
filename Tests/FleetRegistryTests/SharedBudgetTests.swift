import Foundation
import Logging
import Redis
import Registry
import TallymanTesting
import Testing

@testable import FleetRegistry

extension Tag {
    @Tag static var integration: Self
}

/// The Redis that `ops/test-services start DIR` prints, in a database of these tests' own.
enum TestRedis {
    private static let environment = ProcessInfo.processInfo.environment
    static let isWanted = environment["TALLYMAN_TEST_REDIS"] != nil || environment["CI"] == "true"
    static let hint: Comment = "set TALLYMAN_TEST_REDIS; ops/test-services start DIR starts servers and prints it"

    static func url() throws -> String {
        let url = try #require(environment["TALLYMAN_TEST_REDIS"], hint)
        return url.hasPrefix("redis://") ? url + (url.hasSuffix("/") ? "" : "/") + "11" : "\(url)?db=11"
    }
}

@Suite(
    "Registry budgets in Redis",
    .serialized,
    .tags(.integration),
    .enabled(if: TestRedis.isWanted, TestRedis.hint)
)
struct SharedBudgetTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func withRedis(_ body: (RedisConnection, String) async throws -> Void) async throws {
        let url = try TestRedis.url()
        let redis = try await RedisConnection.connect(url: url)
        try await redis.command(["FLUSHDB"])
        try await body(redis, url)
        await redis.close()
    }

    private func refused(_ retryAfter: Duration?) -> RegistryFeedback {
        var feedback = RegistryFeedback()
        feedback.isThrottled = true
        feedback.retryAfter = retryAfter
        return feedback
    }

    @Test("the scripts decide as the state machine does, over seeded sequences", arguments: [1, 2, 3, 4] as [UInt64])
    func scripts(seed: UInt64) async throws {
        try await withRedis { redis, _ in
            var random = SeededRandom(seed: seed)
            var budget = RegistryBudget()
            let registry = "model-\(seed)"
            let keys = [BudgetKeys.budget(registry), BudgetKeys.passes(registry)]
            let rates: [Double?] = [nil, 3, 50, 2000]
            let rate = rates[Int(random.next() % 4)]
            let limits = RegistryLimits(maxConcurrency: 1 + Int(random.next() % 8), requestsPerSecond: rate)
            var out: [(id: String, cost: RequestCost)] = []
            var now = 1_700_000_000_000.0
            for step in 0..<1500 {
                now += Double([0, 1, 7, 40, 333, 1000, 20_000, 400_000][Int(random.next() % 8)])
                if !out.isEmpty, random.next() % 3 == 0 {
                    let (id, cost) = out.remove(at: Int(random.next() % UInt64(out.count)))
                    var feedback = RegistryFeedback()
                    feedback.isThrottled = random.next() % 4 == 0
                    feedback.isAnswered = !feedback.isThrottled && random.next() % 4 > 0
                    let asked: [Duration?] = [nil, .milliseconds(1), .seconds(3), .seconds(9999)]
                    feedback.retryAfter = asked[Int(random.next() % 4)]
                    if random.next() % 3 == 0 {
                        let left = Int(random.next() % 40)
                        feedback.quota = PullQuota(limit: 100, remaining: left, window: .seconds(600))
                    }
                    budget.end(id, cost, feedback, now: now)
                    let arguments = BudgetScripts.arguments(end: id, cost, feedback, now: now)
                    _ = try await redis.run(BudgetScripts.end, keys: keys, arguments)
                } else {
                    let cost: RequestCost = random.next() % 2 == 0 ? .pull : .free
                    let expected = budget.admit("\(step)", cost, limits: limits, lease: 5000, now: now)
                    let arguments = BudgetScripts.arguments(admit: "\(step)", cost, limits, lease: 5000, now: now)
                    let reply = try await redis.run(BudgetScripts.admit, keys: keys, arguments)
                    let decision = try #require(BudgetScripts.decision(reply))
                    #expect(Self.agree(decision, expected), "step \(step): \(decision), not \(expected)")
                    guard Self.agree(decision, expected) else { return }
                    if decision == .granted { out.append(("\(step)", cost)) }
                }
            }
        }
    }

    /// Equal but for a millisecond of rounding.
    private static func agree(_ left: RegistryBudget.Decision, _ right: RegistryBudget.Decision) -> Bool {
        switch (left, right) {
        case (.granted, .granted): true
        case (.wait(let left, let why), .wait(let right, let reason)): why == reason && abs(left - right) <= 1.5
        case (.hopeless(let left), .hopeless(let right)): abs(left - right) <= 1.5
        default: false
        }
    }

    @Test("F34: a refusal that one process meets pauses the others, and other registries go on")
    func sharesPauses() async throws {
        try await withRedis { redis, url in
            let first = SharedBudget(redis: url, logger: logger)
            let second = SharedBudget(redis: url, logger: logger)
            let pass = try await first.admit("a.test", .free, patience: .seconds(5))
            await first.end(pass, .free, refused(.seconds(30)))
            let error = await throttle { _ = try await second.admit("a.test", .free, patience: .seconds(2)) }
            #expect(error?.code == .throttled)
            #expect((error?.retryAfter ?? .zero) > .seconds(25))
            let other = try await second.admit("b.test", .free, patience: .seconds(2))
            await second.end(other, .free, RegistryFeedback())
            #expect(try await RegistryThrottle.read(redis).first { $0.registry == "a.test" }?.refusals == 1)

            await first.shutdown()
            await second.shutdown()
        }
    }

    @Test("numbers that no budget has are none, wherever they came from", arguments: ["nan", "inf", "1e300", "many"])
    func foreignNumbers(_ text: String) async throws {
        try await withRedis { redis, _ in
            let seconds = RedisArgument(Int(Date().timeIntervalSince1970))
            try await redis.command(["ZADD", RedisArgument(BudgetKeys.registries), seconds, "a.test"])
            let names = ["refusals", "pulls_left", "pulls_limit", "rate", "paused_until"]
            let values = names.flatMap { [RedisArgument($0), RedisArgument(text)] }
            try await redis.command(["HSET", RedisArgument(BudgetKeys.budget("a.test"))] + values)
            let throttle = try #require(try await RegistryThrottle.read(redis).first)
            #expect(throttle.refusals == 0 && throttle.pullsLeft == nil && throttle.pullLimit == nil)
            #expect(throttle.requestsPerSecond == nil && throttle.pausedFor == nil)
        }
    }

    @Test("the concurrency is that of all processes, and a process that dies gives back what it held")
    func sharesConcurrency() async throws {
        try await withRedis { redis, url in
            let limits = ["a.test": RegistryLimits(maxConcurrency: 2, requestsPerSecond: nil)]
            let first = SharedBudget(redis: url, logger: logger)
            let second = SharedBudget(redis: url, logger: logger)
            await first.set(limits)
            await second.set(limits)
            let one = try await first.admit("a.test", .free, patience: .seconds(1))
            _ = try await first.admit("a.test", .free, patience: .seconds(1))
            #expect(await throttle { _ = try await second.admit("a.test", .free, patience: .milliseconds(200)) } != nil)
            async let waiting = second.admit("a.test", .free, patience: .seconds(10))
            try await Task.sleep(for: .milliseconds(100))
            await first.end(one, .free, RegistryFeedback())
            let pass = try await waiting
            await second.end(pass, .free, RegistryFeedback())
            #expect(try await redis.command(["ZCARD", RedisArgument(BudgetKeys.passes("a.test"))]).int == 1)
            #expect(try await RegistryThrottle.read(redis).first { $0.registry == "a.test" }?.inUse == 1)
            await first.shutdown()
            await second.shutdown()
        }
    }

    @Test("F1: an emptied Redis starts the budgets anew, and nothing fails")
    func flush() async throws {
        try await withRedis { redis, url in
            let budget = SharedBudget(redis: url, logger: logger)
            let pass = try await budget.admit("a.test", .pull, patience: .seconds(1))
            try await redis.command(["FLUSHDB"])
            try await redis.command(["SCRIPT", "FLUSH"])
            await budget.end(pass, .pull, RegistryFeedback())
            let next = try await budget.admit("a.test", .pull, patience: .seconds(1))
            await budget.end(next, .pull, RegistryFeedback())
            await budget.shutdown()
        }
    }

    @Test("what is of another kind under the names of budgets goes, and they are shared")
    func foreignKeys() async throws {
        try await withRedis { redis, url in
            let sets = [BudgetKeys.clients, BudgetKeys.registries].map { RedisArgument($0) }
            let keys = [BudgetKeys.budget("a.test"), BudgetKeys.passes("a.test")].map { RedisArgument($0) }
            for key in sets + keys { try await redis.command(["RPUSH", key, "x"]) }
            let first = SharedBudget(redis: url, logger: logger)
            let second = SharedBudget(redis: url, logger: logger)
            let pass = try await first.admit("a.test", .free, patience: .seconds(5))
            await first.end(pass, .free, refused(.seconds(30)))
            let error = await throttle { _ = try await second.admit("a.test", .free, patience: .seconds(2)) }
            #expect(error?.code == .throttled)
            #expect(try await RegistryThrottle.read(redis).first { $0.registry == "a.test" }?.refusals == 1)
            await first.shutdown()
            await second.shutdown()
        }
    }

    @Test("without Redis each process keeps to its share, and to the pauses that it saw")
    func withoutRedis() async throws {
        let budget = SharedBudget(redis: "unix:///nowhere/redis.sock", logger: logger)
        await budget.set(["a.test": RegistryLimits(maxConcurrency: 8, requestsPerSecond: nil)])
        // Four clients are supposed where it was never known how many there are.
        let passes = [
            try await budget.admit("a.test", .free, patience: .seconds(1)),
            try await budget.admit("a.test", .free, patience: .seconds(1)),
        ]
        #expect(await throttle { _ = try await budget.admit("a.test", .free, patience: .milliseconds(100)) } != nil)
        await budget.end(passes[0], .free, refused(.seconds(20)))
        let error = await throttle { _ = try await budget.admit("a.test", .free, patience: .milliseconds(100)) }
        #expect((error?.retryAfter ?? .zero) > .seconds(15))
        await budget.shutdown()
    }

    @Test("a cancelled wait ends at once and holds nothing")
    func cancellation() async throws {
        try await withRedis { redis, url in
            let budget = SharedBudget(redis: url, logger: logger)
            let pass = try await budget.admit("a.test", .free, patience: .seconds(1))
            await budget.end(pass, .free, refused(.seconds(60)))
            let wait = Task { try await budget.admit("a.test", .free, patience: .seconds(600)) }
            try await Task.sleep(for: .milliseconds(50))
            wait.cancel()
            await #expect(throws: (any Error).self) { _ = try await wait.value }
            #expect(try await redis.command(["ZCARD", RedisArgument(BudgetKeys.passes("a.test"))]).int == 0)
            await budget.shutdown()
        }
    }

    private func throttle(_ body: () async throws -> Void) async -> RegistryError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RegistryError
        }
    }
}
