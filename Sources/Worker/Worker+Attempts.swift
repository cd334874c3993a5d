import DedicatedThread
import LayerScan
import Logging
import Queue
import Store
import Telemetry

extension Worker {
    func handle(_ entry: WorkFeed.Entry, on threads: ThreadPool) async throws {
        let analysis = collection.analysis
        guard
            let claim = try await store.claim(
                task: entry.task,
                worker: settings.name,
                analysisVersion: analysis.version,
                leaseSeconds: settings.leaseSeconds
            )
        else { return try await feed.acknowledge(entry) }
        if room.leaves(claim.kind, isSuspect: claim.isSuspect, at: .now) {
            try await store.postpone(claim, for: Double.random(in: 2...4))
            return try await feed.acknowledge(entry)
        }
        let metadata = await metadata(of: claim)
        logger.debug("claimed", metadata: metadata)
        let started = ContinuousClock.now
        let work = Task { try await carryOut(claim, analysis.scanner, on: threads) }  // awaited just below
        await leases.hold(claim, work: work, metadata: metadata)
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        let isLost = await leases.letGo(claim)
        Measure.observe(MetricNames.attemptSeconds, [("kind", claim.kind.rawValue)], .now - started)
        switch result {
        case .success:
            count(claim, "done")
            logger.debug("done", metadata: metadata)
        case .failure(let error): await end(claim, after: error, isLost: isLost, metadata: metadata)
        }
        try await feed.acknowledge(entry)
    }

    /// A suspect is worked on alone: if that costs the worker's life, it is known what did.
    private func carryOut(_ claim: Claim, _ scanner: LayerScanner, on threads: ThreadPool) async throws {
        try await solitude.run(alone: claim.isSuspect) {
            try Task.checkCancellation()
            if claim.isSuspect { try await store.seclude(claim) }
            try await runner.run(claim, scanner, on: threads)
        }
    }

    /// What every line about a claim says: the runs that wait for it, its layer or image, and which attempt it is.
    private func metadata(of claim: Claim) async -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "task": "\(claim.task)", "kind": "\(claim.kind.rawValue)", "attempt": "\(claim.attempt)",
        ]
        do {
            let subject = try await store.subject(of: claim)
            metadata["run"] = "\(subject.runs.map(String.init).joined(separator: ","))"
            metadata[claim.kind == .layer ? "layer" : "image"] = "\(subject.digest)"
        } catch {
            // The work itself will meet the same failure and report it; the numbers still tell which task it is.
            metadata["subject"] = "\(claim.subject)"
        }
        return metadata
    }

    func count(_ claim: Claim, _ outcome: String) {
        Measure.count(MetricNames.attempts, [("kind", claim.kind.rawValue), ("outcome", outcome)])
    }
}
