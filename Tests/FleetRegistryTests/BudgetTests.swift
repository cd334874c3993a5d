import Registry
import TallymanTesting
import Testing

@testable import FleetRegistry

/// A budget and the limits it is asked with.
private final class Bench {
    var budget = RegistryBudget()
    private let limits: RegistryLimits

    init(maxConcurrency: Int = 100, requestsPerSecond: Double? = nil) {
        limits = RegistryLimits(maxConcurrency: maxConcurrency, requestsPerSecond: requestsPerSecond)
    }

    func admit(_ id: String = "a", _ cost: RequestCost = .free, at now: Double) -> RegistryBudget.Decision {
        budget.admit(id, cost, limits: limits, lease: 1000, now: now)
    }

    func end(_ id: String, _ cost: RequestCost = .free, _ feedback: RegistryFeedback, at now: Double) {
        budget.end(id, cost, feedback, now: now)
    }
}

@Suite("Registry budgets")
struct BudgetTests {
    private func refused(_ retryAfter: Duration? = nil) -> RegistryFeedback {
        var feedback = RegistryFeedback()
        feedback.isThrottled = true
        feedback.retryAfter = retryAfter
        return feedback
    }

    private var answered: RegistryFeedback {
        var feedback = RegistryFeedback()
        feedback.isAnswered = true
        return feedback
    }

    @Test(
        "F34: a refusal pauses all for as long as is asked, within bounds",
        arguments: [
            (Duration.microseconds(792), 50.0), (.seconds(7), 7000), (.seconds(86_400), 300_000), (nil, 1000),
        ] as [(Duration?, Double)]
    )
    func pauses(retryAfter: Duration?, expected: Double) {
        let bench = Bench()
        #expect(bench.admit(at: 0) == .granted)
        bench.end("a", .free, refused(retryAfter), at: 10)
        #expect(bench.admit("b", at: 10) == .wait(expected, .paused))
        #expect(bench.admit("b", at: 10 + expected) == .granted)
    }

    @Test("F34: refusals in a row double the pause, and those that were under way count as one")
    func doubles() {
        let bench = Bench()
        for id in ["a", "b", "c"] { #expect(bench.admit(id, at: 0) == .granted) }
        for id in ["a", "b", "c"] { bench.end(id, .free, refused(), at: 1) }
        #expect(bench.admit(at: 1) == .wait(1000, .paused))
        #expect(bench.admit(at: 1001) == .granted)
        bench.end("a", .free, refused(), at: 1002)
        #expect(bench.admit(at: 1002) == .wait(2000, .paused))
    }

    @Test("F34: after a refusal requests come at half the rate, which doubles as time goes by")
    func slowsDown() {
        let bench = Bench()
        for number in 0..<200 {
            #expect(bench.admit("\(number)", at: Double(number) * 10) == .granted)
            bench.end("\(number)", .free, answered, at: Double(number) * 10)
        }
        #expect(bench.admit(at: 2000) == .granted)
        bench.end("a", .free, refused(.seconds(1)), at: 2000)
        #expect(bench.admit(at: 3000) == .granted)
        // A hundred a second were seen, so fifty are tried.
        guard case .wait(let span, .rate) = bench.admit("b", at: 3000) else {
            Issue.record("no wait")
            return
        }
        #expect((15...25).contains(span))
        var count = 0
        for now in stride(from: 60_000.0, to: 61_000, by: 1) {
            if bench.admit("\(now)", at: now) == .granted {
                count += 1
                bench.end("\(now)", .free, answered, at: now)
            }
        }
        #expect(count > 500)
    }

    @Test("requests are spread at the rate that is set, after a few at once")
    func rate() {
        let bench = Bench(maxConcurrency: 1000, requestsPerSecond: 5)
        var granted = 0
        for now in stride(from: 0.0, to: 10_000, by: 10)
        where bench.admit("\(now)", .free, at: now) == .granted {
            granted += 1
        }
        #expect((50...55).contains(granted))
    }

    @Test("no more are under way than may be, and a pass that nobody renews ends")
    func concurrency() {
        let bench = Bench(maxConcurrency: 2)
        #expect(bench.admit("a", .free, at: 0) == .granted)
        #expect(bench.admit("b", .free, at: 0) == .granted)
        #expect(bench.admit("c", .free, at: 0) == .wait(RegistryBudget.busyWait, .busy))
        bench.budget.renew(["a"], lease: 1000, now: 900)
        #expect(bench.admit("c", .free, at: 1001) == .granted)
        #expect(bench.admit("d", .free, at: 1001) == .wait(RegistryBudget.busyWait, .busy))
        bench.end("a", .free, answered, at: 1002)
        #expect(bench.admit("d", .free, at: 1002) == .granted)
    }

    @Test("pulls slow down before the last is spent, and what is not counted goes on")
    func quota() {
        let bench = Bench()
        func told(_ remaining: Int) -> RegistryFeedback {
            var feedback = answered
            feedback.quota = PullQuota(limit: 100, remaining: remaining, window: .seconds(21_600))
            return feedback
        }
        #expect(bench.admit("a", .pull, at: 0) == .granted)
        bench.end("a", .pull, told(60), at: 0)
        #expect(bench.admit("b", .pull, at: 1) == .granted)
        bench.end("b", .pull, told(20), at: 1)
        #expect(bench.admit("c", .pull, at: 2) == .granted)
        #expect(bench.admit("d", .pull, at: 3) == .wait(29_999, .quota))
        #expect(bench.admit("e", .free, at: 3) == .granted)
        var spent = refused()
        spent.quota = PullQuota(limit: 100, remaining: 0, window: .seconds(21_600))
        bench.end("c", .pull, spent, at: 5)
        #expect(bench.admit("d", .pull, at: 6) == .wait(299_999, .quota))
        #expect(bench.admit("f", .free, at: 6) == .granted)
        // One goes ahead to see whether there are new ones.
        #expect(bench.admit("d", .pull, at: 300_006) == .granted)
        #expect(bench.admit("g", .pull, at: 300_007) == .wait(299_999, .quota))
    }

    @Test("a registry that refuses everything for an hour is given up, until it answers")
    func hopeless() {
        let bench = Bench()
        var now = 1.0
        while now < 4_500_000 {
            switch bench.admit("a", at: now) {
            case .granted: bench.end("a", .free, refused(.seconds(300)), at: now)
            case .wait(let span, _): now += span
            case .hopeless:
                #expect(now > 3_600_000)
                #expect(bench.admit("a", at: now + 300_000) == .granted)
                bench.end("a", .free, answered, at: now + 300_000)
                #expect(bench.admit("b", at: now + 310_000) == .granted)
                return
            }
        }
        Issue.record("never given up")
    }
}
