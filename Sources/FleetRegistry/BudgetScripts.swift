import Crypto
import Redis
import Registry

/// The rules of `RegistryBudget` as scripts of Redis, which runs one at a time, and so decides for the whole fleet.
///
/// The time is that of Redis, so that clocks of workers do not matter. Each script's keys share a hash tag.
enum BudgetScripts {
    struct Script: Sendable {
        let text: String
        let hash: String
        /// What its keys hold, in their order.
        let kinds: [RedisKind]

        init(on kinds: [RedisKind], _ text: String) {
            self.kinds = kinds
            self.text = text
            hash = Insecure.SHA1.hash(data: Array(text.utf8)).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
    }

    /// Asks for a request.
    ///
    /// KEYS: budget, passes. ARGV: time or "", id, pull (1 or 0), concurrency, requests a second or 0, lease.
    ///
    /// Answers the decision (0 granted, 1 wait, 2 hopeless), milliseconds, and the reason to wait.
    static let admit = Script(
        on: [.hash, .zset],
        now + grown + """
            local get = function(name) return tonumber(redis.call('HGET', KEYS[1], name)) or 0 end
            local put = function(name, value)
                redis.call('HSET', KEYS[1], name, string.format('%.3f', value))
            end
            local paused = get('paused_until')
            if paused > now then
                local since = get('refused_since')
                if since > 0 and now - since > \(text(RegistryBudget.giveUp)) then
                    return {2, math.ceil(now - since), ''}
                end
                return {1, math.ceil(paused - now), 'paused'}
            end
            redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
            if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then
                return {1, \(text(RegistryBudget.busyWait)), 'busy'}
            end
            local set = tonumber(ARGV[5])
            local learnt = get('rate')
            local rate = grown(learnt, get('rate_since'))
            if learnt > 0 and rate >= (set > 0 and set or \(text(RegistryBudget.fullRate))) then
                learnt = 0
                redis.call('HDEL', KEYS[1], 'rate')
            end
            if learnt <= 0 then rate = set end
            local interval = rate > 0 and 1000 / rate or 0
            local burst = learnt > 0 and 1 or math.max(1, math.min(rate, 10))
            local start = math.max(get('due'), now)
            local earliest = start - (burst - 1) * interval
            if earliest > now then return {1, math.ceil(earliest - now), 'rate'} end
            if ARGV[3] == '1' and redis.call('HEXISTS', KEYS[1], 'pulls_left') == 1 then
                local window, at = get('pulls_window'), get('pulls_at')
                local left, limit = get('pulls_left'), get('pulls_limit')
                if now < at + window then
                    if left <= 0 then
                        local next = at + math.min(window, \(text(RegistryBudget.maxPause)))
                        if now < next then return {1, math.ceil(next - now), 'quota'} end
                        put('pulls_at', now)
                    elseif limit > 0 and left * 4 < limit then
                        local next = get('next_pull')
                        if now < next then return {1, math.ceil(next - now), 'quota'} end
                        put('next_pull', now + math.min(window / left, \(text(RegistryBudget.maxSpacing))))
                    end
                    put('pulls_left', math.max(left - 1, 0))
                end
            end
            if rate > 0 then put('due', start + interval) end
            local began, count = get('window'), get('count')
            if now - began >= 1000 then
                put('last_rate', now - began < 5000 and count * 1000 / (now - began) or 0)
                put('window', now)
                count = 0
            end
            put('count', count + 1)
            redis.call('ZADD', KEYS[2], now + tonumber(ARGV[6]), ARGV[2])
            redis.call('PEXPIRE', KEYS[1], \(lifetime))
            redis.call('PEXPIRE', KEYS[2], \(lifetime))
            return {0, 0, ''}
            """
    )

    /// Ends a pass.
    ///
    /// KEYS: budget, passes. ARGV: time or "", id, outcome (1 answered, 2 refused, 0 neither), milliseconds that the
    /// registry asked to wait or "", pull (1 or 0), then pulls left, limit and window, or nothing.
    static let end = Script(
        on: [.hash, .zset],
        now + grown + """
            local get = function(name) return tonumber(redis.call('HGET', KEYS[1], name)) or 0 end
            local put = function(name, value)
                redis.call('HSET', KEYS[1], name, string.format('%.3f', value))
            end
            redis.call('ZREM', KEYS[2], ARGV[2])
            if ARGV[6] then
                put('pulls_left', tonumber(ARGV[6]))
                put('pulls_limit', tonumber(ARGV[7]))
                put('pulls_window', tonumber(ARGV[8]))
                put('pulls_at', now)
                redis.call('PEXPIRE', KEYS[1], \(lifetime))
            end
            if ARGV[3] == '1' then redis.call('HDEL', KEYS[1], 'refused_since') end
            if ARGV[3] ~= '2' then return 0 end
            redis.call('HINCRBY', KEYS[1], 'refusals', 1)
            redis.call('PEXPIRE', KEYS[1], \(lifetime))
            if ARGV[5] == '1' and ARGV[6] and tonumber(ARGV[6]) == 0 then return 0 end
            local paused, strikes = get('paused_until'), get('strikes')
            if now > paused + \(text(RegistryBudget.memory)) then strikes = 0 end
            if now >= paused then
                strikes = math.min(strikes + 1, 20)
                local seen = math.max(get('last_rate'), get('count') * 1000 / math.max(now - get('window'), 1000))
                local present = grown(get('rate'), get('rate_since'))
                if present > 0 then seen = math.min(seen, present) end
                put('rate', math.max(\(text(RegistryBudget.minRate)), seen / 2))
            end
            put('strikes', strikes)
            if get('refused_since') == 0 then put('refused_since', now) end
            local wait = math.min(\(text(RegistryBudget.basePause)) * 2 ^ (math.max(strikes, 1) - 1), \(text(RegistryBudget.maxPause)))
            if ARGV[4] ~= '' then
                wait = math.min(math.max(tonumber(ARGV[4]), \(text(RegistryBudget.minPause))), \(text(RegistryBudget.maxPause)))
            end
            paused = math.max(paused, now + wait)
            put('paused_until', paused)
            put('rate_since', paused)
            return 1
            """
    )

    /// Keeps passes alive.
    ///
    /// KEYS: passes. ARGV: time or "", lease, then ids.
    static let renew = Script(
        on: [.zset],
        now + """
            for place = 3, #ARGV do redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[place]) end
            redis.call('PEXPIRE', KEYS[1], \(lifetime))
            return 0
            """
    )

    /// How long an idle registry's state is kept: a day.
    private static let lifetime = 86_400_000

    /// The milliseconds now; tests give their own.
    private static let now = """
        local now = tonumber(ARGV[1])
        if not now then
            local time = redis.call('TIME')
            now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
        end

        """

    /// A learnt rate after the time since it was learnt.
    private static let grown = """
        local grown = function(rate, since)
            if rate <= 0 then return 0 end
            return rate * 2 ^ math.min(math.max(now - since, 0) / \(text(RegistryBudget.recovery)), 30)
        end

        """

    private static func text(_ number: Double) -> String { "\(number)" }

    /// The arguments of `admit` after the keys.
    static func arguments(
        admit id: String,
        _ cost: RequestCost,
        _ limits: RegistryLimits,
        lease: Double,
        now: Double? = nil
    ) -> [RedisArgument] {
        [
            time(now), RedisArgument(id), cost == .pull ? 1 : 0, RedisArgument(limits.maxConcurrency),
            RedisArgument("\(limits.requestsPerSecond ?? 0)"), RedisArgument("\(lease)"),
        ]
    }

    /// The arguments of `end` after the keys.
    static func arguments(
        end id: String,
        _ cost: RequestCost,
        _ feedback: RegistryFeedback,
        now: Double? = nil
    ) -> [RedisArgument] {
        let outcome = feedback.isThrottled ? 2 : feedback.isAnswered ? 1 : 0
        let wait = feedback.retryAfter.map { "\($0 / .milliseconds(1))" } ?? ""
        var arguments: [RedisArgument] = [
            time(now), RedisArgument(id), RedisArgument(outcome), RedisArgument(wait), cost == .pull ? 1 : 0,
        ]
        if let quota = feedback.quota {
            let window = RedisArgument("\(quota.window / .milliseconds(1))")
            arguments += [RedisArgument(quota.remaining), RedisArgument(quota.limit), window]
        }
        return arguments
    }

    static func arguments(renew ids: [String], lease: Double, now: Double? = nil) -> [RedisArgument] {
        [time(now), RedisArgument("\(lease)")] + ids.map { RedisArgument($0) }
    }

    private static func time(_ now: Double?) -> RedisArgument { RedisArgument(now.map { "\($0)" } ?? "") }

    /// What `admit` answered; `nil` for anything else.
    static func decision(_ reply: RedisReply) -> RegistryBudget.Decision? {
        guard let parts = reply.array, parts.count == 3, let code = parts[0].int, let span = parts[1].int else {
            return nil
        }
        switch code {
        case 0: return .granted
        case 1: return parts[2].string.flatMap { RegistryBudget.Reason(rawValue: $0) }.map { .wait(Double(span), $0) }
        case 2: return .hopeless(Double(span))
        default: return nil
        }
    }
}

extension RedisConnection {
    /// Runs a script, which the server may or may not know yet; keys that hold values of another kind are deleted first.
    func run(_ script: BudgetScripts.Script, keys: [String], _ arguments: [RedisArgument]) async throws -> RedisReply {
        do {
            return try await evaluate(script, keys: keys, arguments)
        } catch let error as RedisError where error.isWrongKind {
            try await deleteOthers(keys.map { RedisArgument($0) }, than: script.kinds)
            return try await evaluate(script, keys: keys, arguments)
        }
    }

    private func evaluate(
        _ script: BudgetScripts.Script,
        keys: [String],
        _ arguments: [RedisArgument]
    ) async throws -> RedisReply {
        let rest = [RedisArgument(keys.count)] + keys.map { RedisArgument($0) } + arguments
        let replies = try await pipeline([["EVALSHA", RedisArgument(script.hash)] + rest])
        if case .error(let message)? = replies.first, message.hasPrefix("NOSCRIPT") {
            return try await command(["EVAL", RedisArgument(script.text)] + rest)
        }
        return try replies.first?.get() ?? .null
    }
}
