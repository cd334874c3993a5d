import Crypto
import DedicatedThread
import Foundation
import Logging
import Redis
import Registry

/// Lets requests to registries through as the limits allow that all processes of the fleet share, by way of Redis.
///
/// Redis holds nothing here that matters for long: emptied, the budgets start anew. While it cannot be reached, each process
/// keeps to its share of the limits by its own count.
actor SharedBudget: RequestGate {
    /// How long a pass holds without a sign of life of its process, in milliseconds.
    private static let lease = 15_000.0
    private static let signOfLife = Duration.seconds(4)
    /// How long Redis is left alone after it could not be reached.
    private static let retryRedis = Duration.seconds(2)
    /// How long nothing more is said of a Redis that is missed.
    private static let silence = Duration.seconds(60)
    /// The longest sleep before a budget is looked at again: it may have become better meanwhile.
    private static let longestSleep = Duration.seconds(1)
    /// Clients to share with where it was never known how many there are.
    private static let unknownClients = 4

    private struct Place: Hashable {
        let registry: String
        let cost: RequestCost
    }

    private let url: String
    private let name = "\(ProcessInfo.processInfo.hostName)-\(UInt64.random(in: 0...(.max)))"
    private let logger: Logger
    private var limits: [String: RegistryLimits] = [:]
    private var connection: RedisConnection?
    private var noRedisUntil: ContinuousClock.Instant?
    /// When it was said last that Redis is missed.
    private var saidLost: ContinuousClock.Instant?
    private var clients = SharedBudget.unknownClients
    private var serial = 0
    /// One request of a kind at a time asks for each registry; the others queue up behind it.
    private var turnstiles: [Place: Permits] = [:]
    /// Passes that are out, by registry.
    private var held: [String: Set<String>] = [:]
    /// For when there is no Redis.
    private var own: [String: RegistryBudget] = [:]
    private var lastWait: [String: Duration] = [:]
    private var upkeep: Task<Void, Never>?
    private let start = ContinuousClock.now

    init(redis url: String, logger: Logger) {
        self.url = url
        self.logger = logger
    }

    /// Sets what registries may be asked for; the others have `RegistryLimits.standard`.
    func set(_ limits: [String: RegistryLimits]) { self.limits = limits }

    func admit(_ registry: String, _ cost: RequestCost, patience: Duration) async throws -> GatePass {
        let end = ContinuousClock.now + patience
        startUpkeep()
        if held[registry] == nil { await list(registry) }
        let turnstile = turnstile(Place(registry: registry, cost: cost))
        do throws(Permits.Refusal) {
            try await turnstile.acquire(timeout: patience)
        } catch {
            switch error {
            case .timedOut: throw throttled(registry, lastWait[registry] ?? .seconds(1), "many requests wait")
            case .cancelled, .closed: throw CancellationError()
            }
        }
        defer { turnstile.release() }
        while true {
            serial &+= 1
            let pass = GatePass(registry: registry, id: "\(name)-\(serial)")
            switch await decide(pass, cost) {
            case .granted:
                held[registry, default: []].insert(pass.id)
                lastWait[registry] = nil
                return pass
            case .hopeless(let span):
                throw RegistryError(
                    .rateLimited,
                    "\(registry): has refused every request for \(Int(span / 60_000)) minutes (429)",
                    isTransient: true
                )
            case .wait(let span, let reason):
                let wait = Duration.milliseconds(Int(span.rounded(.up)))
                lastWait[registry] = wait
                guard ContinuousClock.now + wait < end else { throw throttled(registry, wait, reason.rawValue) }
                // Spread a little, for the others wait for the same moment.
                try await Task.sleep(for: min(wait, Self.longestSleep) * Double.random(in: 1...1.2))
            }
        }
    }

    func end(_ pass: GatePass, _ cost: RequestCost, _ feedback: RegistryFeedback) async {
        held[pass.registry]?.remove(pass.id)
        if feedback.isThrottled {
            logger.notice(
                "\(pass.registry) asks for patience (429); all workers pause for it",
                metadata: ["retry-after": "\(feedback.retryAfter.map { "\($0)" } ?? "not said")"]
            )
        }
        // Also where the request was cancelled: the pass would be missing to the others until its lease ends.
        await Task { await finish(pass, cost, feedback) }.value
    }

    func shutdown() async {
        upkeep?.cancel()
        await upkeep?.value
        for turnstile in turnstiles.values { turnstile.close() }
        if let connection {
            // Gone by itself soon, should this fail.
            _ = try? await connection.command(["ZREM", RedisArgument(BudgetKeys.clients), RedisArgument(name)])
            await connection.close()
        }
        connection = nil
    }

    private func finish(_ pass: GatePass, _ cost: RequestCost, _ feedback: RegistryFeedback) async {
        // What was refused is remembered here too, for a Redis that goes away next.
        own[pass.registry, default: RegistryBudget()].end(pass.id, cost, feedback, now: now)
        guard let redis = await redis() else { return }
        do {
            _ = try await redis.run(
                BudgetScripts.end,
                keys: Self.keys(pass.registry),
                BudgetScripts.arguments(end: pass.id, cost, feedback)
            )
        } catch {
            lose(error)
        }
    }

    private func decide(_ pass: GatePass, _ cost: RequestCost) async -> RegistryBudget.Decision {
        let limits = limits[pass.registry] ?? .standard(for: pass.registry)
        if let redis = await redis() {
            do {
                let reply = try await redis.run(
                    BudgetScripts.admit,
                    keys: Self.keys(pass.registry),
                    BudgetScripts.arguments(admit: pass.id, cost, limits, lease: Self.lease)
                )
                if let decision = BudgetScripts.decision(reply) { return decision }
                logger.warning("registry budget: an answer of Redis that is none")
            } catch {
                lose(error)
            }
        }
        return own[pass.registry, default: RegistryBudget()].admit(
            pass.id,
            cost,
            limits: limits.share(of: clients),
            lease: Self.lease,
            now: now
        )
    }

    /// Makes a registry known to those who look at the budgets.
    private func list(_ registry: String) async {
        held[registry] = []
        guard let redis = await redis() else { return }
        do {
            try await note(BudgetKeys.registries, registry, at: try await redis.serverSeconds(), redis)
        } catch {
            lose(error)
        }
    }

    /// Notes a sign of life in a set, by Redis' own clock: a process whose clock is wrong would else seem gone, or have the others
    /// seem so.
    private func note(_ set: String, _ member: String, at seconds: Int, _ redis: RedisConnection) async throws {
        let key = RedisArgument(set)
        try await redis.command(["ZADD", key, RedisArgument(seconds), RedisArgument(member)], on: key, .zset)
    }

    private func turnstile(_ place: Place) -> Permits {
        if let known = turnstiles[place] { return known }
        let fresh = Permits(count: 1)
        turnstiles[place] = fresh
        return fresh
    }

    private func throttled(_ registry: String, _ wait: Duration, _ reason: String) -> RegistryError {
        RegistryError(
            .throttled,
            "\(registry): not its turn for \(wait) (\(reason))",
            isTransient: true,
            retryAfter: wait
        )
    }

    /// The connection to Redis; `nil` while there is none.
    private func redis() async -> RedisConnection? {
        if let connection { return connection }
        if let noRedisUntil, noRedisUntil > .now { return nil }
        // Others need not wait for this attempt.
        noRedisUntil = .now + Self.retryRedis
        do {
            var configuration = try RedisConfiguration(url: url)
            configuration.connectTimeout = .seconds(1)
            configuration.commandTimeout = .seconds(2)
            let fresh = try await RedisConnection.connect(configuration)
            connection = fresh
            noRedisUntil = nil
            return fresh
        } catch {
            logger.debug("registry budgets are kept without Redis: \(error)")
            return nil
        }
    }

    private func lose(_ error: any Error) {
        if error is CancellationError || (error as? RedisError)?.code == .cancelled { return }
        // A Redis that refuses to write, as one that is full does, is connected to and lost every few seconds.
        let now = ContinuousClock.now
        if saidLost.map({ now - $0 >= Self.silence }) ?? true {
            saidLost = now
            logger.warning("registry budgets are kept without Redis for now: \(error)")
        }
        if let connection { Task { await connection.close() } }  // nobody needs to wait for it
        connection = nil
        noRedisUntil = .now + Self.retryRedis
    }

    /// Ended by `shutdown`.
    private func startUpkeep() {
        guard upkeep == nil else { return }
        upkeep = Task { [weak self] in
            while !Task.isCancelled, let self {
                await self.keepUp()
                try? await Task.sleep(for: Self.signOfLife)  // a cancelled sleep ends the loop
            }
        }
    }

    /// Keeps the passes alive that are out, and counts who shares the budgets.
    private func keepUp() async {
        let out = held.filter { !$0.value.isEmpty }.mapValues { Array($0) }
        for (registry, ids) in out { own[registry]?.renew(ids, lease: Self.lease, now: now) }
        guard let redis = await redis() else { return }
        let clients = RedisArgument(BudgetKeys.clients)
        do {
            let seconds = try await redis.serverSeconds()
            for (registry, ids) in out.sorted(by: { $0.key < $1.key }) {
                _ = try await redis.run(
                    BudgetScripts.renew,
                    keys: [BudgetKeys.passes(registry)],
                    BudgetScripts.arguments(renew: ids, lease: Self.lease)
                )
            }
            for registry in held.keys.sorted() { try await note(BudgetKeys.registries, registry, at: seconds, redis) }
            try await note(BudgetKeys.clients, name, at: seconds, redis)
            try await redis.command(["ZREMRANGEBYSCORE", clients, "-inf", RedisArgument(seconds - 60)])
            self.clients = max(1, try await redis.command(["ZCARD", clients]).int ?? 1)
        } catch {
            lose(error)
        }
    }

    private var now: Double { (ContinuousClock.now - start) / .milliseconds(1) + 1_000_000 }

    private static func keys(_ registry: String) -> [String] {
        [BudgetKeys.budget(registry), BudgetKeys.passes(registry)]
    }
}
