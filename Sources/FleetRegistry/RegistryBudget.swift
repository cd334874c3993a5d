import Foundation
import Registry

/// What all clients of one registry may still do: a state machine, events and the time in, decisions out.
///
/// The same rules stand in `BudgetScripts`, where Redis carries them out for the whole fleet; this form serves where there
/// is no Redis, and a test holds the two against each other. Times are milliseconds on any one clock.
struct RegistryBudget: Sendable {
    enum Decision: Sendable, Equatable {
        case granted
        /// Not before so many milliseconds.
        case wait(Double, Reason)
        /// The registry has refused everything for so many milliseconds.
        case hopeless(Double)
    }

    enum Reason: String, Sendable {
        /// The registry asked for patience (429).
        case paused
        /// As many requests are under way as there may be.
        case busy
        /// As many were begun as there may be.
        case rate
        /// Few pulls are left, or none.
        case quota
    }

    /// The longest pause, whatever a registry asks for.
    static let maxPause = 300_000.0
    /// The shortest: a registry that says "in 800 microseconds" means "not now".
    static let minPause = 50.0
    /// The first pause where the registry does not say how long; each further one in a row doubles it.
    static let basePause = 1_000.0
    /// After so long without an answer that is not a refusal, waiting is no use.
    static let giveUp = 3_600_000.0
    /// A pause this long ago says nothing of the next.
    static let memory = 60_000.0
    /// The time in which a rate that was halved doubles again.
    static let recovery = 10_000.0
    /// The slowest rate that refusals lead to, a second.
    static let minRate = 0.5
    /// A rate that has grown to this is no limit any more.
    static let fullRate = 1_000.0
    /// The longest span between two pulls while some are left.
    static let maxSpacing = 30_000.0
    /// How long to wait before looking again whether a request has ended.
    static let busyWait = 40.0

    private(set) var pausedUntil = 0.0
    private var strikes = 0
    /// When the row of refusals began that no other answer has interrupted; zero where there is none.
    private var refusedSince = 0.0
    private(set) var refusals = 0
    /// The rate learnt from refusals, at `rateSince`; zero where there is none.
    private var rate = 0.0
    private var rateSince = 0.0
    /// When the next request would be due if all came at the present rate.
    private var due = 0.0
    private var windowStart = 0.0
    private var windowCount = 0.0
    private var lastRate = 0.0
    private var quota: PullQuota?
    private var quotaAt = 0.0
    private var nextPull = 0.0
    private var passes: [String: Double] = [:]

    /// Asks for a request; `lease` is how long its pass holds without `renew`.
    mutating func admit(
        _ id: String,
        _ cost: RequestCost,
        limits: RegistryLimits,
        lease: Double,
        now: Double
    ) -> Decision {
        if pausedUntil > now {
            if refusedSince > 0, now - refusedSince > Self.giveUp { return .hopeless(now - refusedSince) }
            return .wait(pausedUntil - now, .paused)
        }
        passes = passes.filter { $0.value > now }
        if passes.count >= limits.maxConcurrency { return .wait(Self.busyWait, .busy) }
        let rate = presentRate(limits, now: now)
        let interval = rate > 0 ? 1000 / rate : 0
        let burst = self.rate > 0 ? 1 : max(1, min(rate, 10))
        let start = max(due, now)
        let earliest = start - (burst - 1) * interval
        if earliest > now { return .wait(earliest - now, .rate) }
        if cost == .pull, let decision = pull(now: now) { return decision }
        if rate > 0 { due = start + interval }
        if now - windowStart >= 1000 {
            lastRate = now - windowStart < 5000 ? windowCount * 1000 / (now - windowStart) : 0
            windowStart = now
            windowCount = 0
        }
        windowCount += 1
        passes[id] = now + lease
        return .granted
    }

    mutating func renew(_ ids: [String], lease: Double, now: Double) {
        for id in ids { passes[id] = now + lease }
    }

    /// Ends a pass, with what the registry answered.
    mutating func end(_ id: String, _ cost: RequestCost, _ feedback: RegistryFeedback, now: Double) {
        passes[id] = nil
        if let told = feedback.quota {
            quota = told
            quotaAt = now
        }
        guard feedback.isThrottled else {
            if feedback.isAnswered { refusedSince = 0 }
            return
        }
        refusals += 1
        // A pull too many is no reason to stop what is not counted.
        if cost == .pull, let quota = feedback.quota, quota.remaining == 0 { return }
        if now > pausedUntil + Self.memory { strikes = 0 }
        // Those that were under way when it began are one refusal.
        if now >= pausedUntil {
            strikes = min(strikes + 1, 20)
            let seen = max(lastRate, windowCount * 1000 / max(now - windowStart, 1000))
            let present = grownRate(now: now)
            rate = max(Self.minRate, (present > 0 ? min(seen, present) : seen) / 2)
        }
        if refusedSince == 0 { refusedSince = now }
        let asked = feedback.retryAfter.map { min(max($0 / .milliseconds(1), Self.minPause), Self.maxPause) }
        let doubled = min(Self.basePause * Double(1 << (max(strikes, 1) - 1)), Self.maxPause)
        pausedUntil = max(pausedUntil, now + (asked ?? doubled))
        rateSince = pausedUntil
    }

    /// The span until the next pull where it is not now; counts it where it is.
    private mutating func pull(now: Double) -> Decision? {
        guard let known = quota else { return nil }
        let window = known.window / .milliseconds(1)
        guard now < quotaAt + window else { return nil }
        if known.remaining <= 0 {
            let next = quotaAt + min(window, Self.maxPause)
            if now < next { return .wait(next - now, .quota) }
            // One goes ahead to see.
            quotaAt = now
        } else if known.limit > 0, known.remaining * 4 < known.limit {
            if now < nextPull { return .wait(nextPull - now, .quota) }
            nextPull = now + min(window / Double(known.remaining), Self.maxSpacing)
        }
        quota?.remaining = max(known.remaining - 1, 0)
        return nil
    }

    private func grownRate(now: Double) -> Double {
        rate > 0 ? rate * exp2(min(max(now - rateSince, 0) / Self.recovery, 30)) : 0
    }

    /// Requests a second, zero for no limit; forgets a learnt rate that has grown beyond the limit.
    private mutating func presentRate(_ limits: RegistryLimits, now: Double) -> Double {
        let set = limits.requestsPerSecond ?? 0
        let grown = grownRate(now: now)
        if grown >= (set > 0 ? set : Self.fullRate) { rate = 0 }
        return rate > 0 ? grown : set
    }
}
