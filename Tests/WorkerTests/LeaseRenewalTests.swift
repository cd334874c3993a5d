import Logging
import Testing

@testable import Store
@testable import Worker

@Suite("Leases that a worker holds")
struct LeaseRenewalTests {
    private static func claim(attempt: Int) -> Claim {
        Claim(task: 1, kind: .layer, subject: 1, attempt: attempt, analysisVersion: "1", isSuspect: attempt > 1)
    }

    @Test("A late attempt ends without letting go of the later one at the same task, and its work is stopped")
    func laterAttempt() async throws {
        // Nothing is asked of it: renewals do not run here.
        let store = Store(url: "host=/nowhere", connections: 1)
        let leases = LeaseRenewal(store: store, leaseSeconds: 15, logger: Logger(label: "test"))
        let late = Task<Void, any Error> { try await Task.sleep(for: .seconds(600)) }
        let later = Task<Void, any Error> {}
        await leases.hold(Self.claim(attempt: 1), work: late, metadata: [:])
        await leases.hold(Self.claim(attempt: 2), work: later, metadata: [:])
        #expect(late.isCancelled && !later.isCancelled)
        #expect(await leases.letGo(Self.claim(attempt: 1)), "its lease is another's")
        #expect(await !leases.letGo(Self.claim(attempt: 2)), "it was held all the time")
        #expect(await leases.letGo(Self.claim(attempt: 2)), "it is let go of once")
        await store.close()
    }
}
