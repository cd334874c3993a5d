import Logging
import Store

/// Keeps the leases of this process's claims alive, and stops the work on those that are lost.
actor LeaseRenewal {
    private struct Held {
        let claim: Claim
        let work: Task<Void, any Error>
        var isLost = false
    }

    private let store: Store
    private let leaseSeconds: Int
    private let logger: Logger
    private var held: [Int: Held] = [:]

    init(store: Store, leaseSeconds: Int, logger: Logger) {
        self.store = store
        self.leaseSeconds = leaseSeconds
        self.logger = logger
    }

    func hold(_ claim: Claim, work: Task<Void, any Error>) { held[claim.task] = Held(claim: claim, work: work) }

    /// Returns whether the lease was lost meanwhile.
    func letGo(_ claim: Claim) -> Bool { held.removeValue(forKey: claim.task)?.isLost ?? true }

    /// Renews every third of a lease until the task is cancelled; while the database is away, every second.
    func run() async {
        var pause = Duration.milliseconds(leaseSeconds * 333)
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)  // a cancelled sleep ends the loop
            pause = .milliseconds(leaseSeconds * 333)
            let claims = held.values.map(\.claim)
            guard !claims.isEmpty else { continue }
            do {
                let kept = try await store.renew(claims, leaseSeconds: leaseSeconds)
                for claim in claims where !kept.contains(claim.task) && held[claim.task]?.claim.attempt == claim.attempt
                {
                    logger.warning("the lease of task \(claim.task) was lost; its work stops")
                    held[claim.task]?.isLost = true
                    held[claim.task]?.work.cancel()
                }
            } catch {
                logger.warning("leases could not be renewed: \(error)")
                pause = min(pause, .seconds(1))
            }
        }
    }
}
