import Logging
import Store
import Telemetry

/// Keeps the leases of this process's claims alive, and stops the work on those that are lost.
actor LeaseRenewal {
    private struct Held {
        let claim: Claim
        let work: Task<Void, any Error>
        let metadata: Logger.Metadata
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

    /// Keeps a claim alive; `metadata` names it in logs.
    ///
    /// Work on an earlier attempt at the same task stops: to be claimed anew, its lease must have run out.
    func hold(_ claim: Claim, work: Task<Void, any Error>, metadata: Logger.Metadata) {
        held[claim.task]?.work.cancel()
        held[claim.task] = Held(claim: claim, work: work, metadata: metadata)
    }

    /// Returns whether the lease was lost meanwhile.
    ///
    /// A later attempt at the same task stays held: the earlier one ends late.
    func letGo(_ claim: Claim) -> Bool {
        guard let kept = held[claim.task], kept.claim.attempt == claim.attempt else { return true }
        held[claim.task] = nil
        return kept.isLost
    }

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
                let others = claims.filter { !kept.contains($0.task) }
                // What was merged while this asked has no lease any more, and its work is as good as over.
                let done = others.isEmpty ? [] : try await store.done(others)
                for claim in others where !done.contains(claim.task) && held[claim.task]?.claim.attempt == claim.attempt
                {
                    Measure.count(MetricNames.leasesLost)
                    logger.warning("the lease was lost; the work stops", metadata: held[claim.task]?.metadata)
                    held[claim.task]?.isLost = true
                    held[claim.task]?.work.cancel()
                }
            } catch {
                // The worker is stopped: what it holds is given back.
                guard !Task.isCancelled else { return }
                for claim in claims {
                    logger.warning("the lease could not be renewed: \(error)", metadata: held[claim.task]?.metadata)
                }
                pause = min(pause, .seconds(1))
            }
        }
    }
}
