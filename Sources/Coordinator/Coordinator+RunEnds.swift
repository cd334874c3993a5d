import Logging
import Queue
import Store
import Telemetry

extension Coordinator {
    /// Moves a run on; returns whether it has ended.
    func settle(_ run: Run, _ version: String) async throws -> Bool {
        let pending = try await store.settle(
            run: run,
            analysisVersion: version,
            shards: Streams.layerShards
        )
        // Nor has one that is not under way any more: it was cancelled since the round began.
        guard pending == 0 else { return false }
        let matched = try await rematch(of: run.isUrgent ? run.id : nil)
        let status = try await store.status(run: run.id)
        let problems = try await store.problems(run: run.id)
        let verdict = RunVerdict(status: status, targets: run.targets, problems: problems)
        let workers = await announcedWorkers()
        let hasEnded = try await store.finish(
            run: run.id,
            state: verdict.state,
            reason: verdict.reason,
            workers: workers,
            advisories: matched.state
        )
        // Cancelled in this moment: that is noticed in the next round.
        guard hasEnded else { return false }
        count(status)
        logger.info(
            "run \(verdict.state.rawValue)",
            metadata: ["run": "\(run.id)", "images": "\(status.found)", "matched": "\(matched.packages)"]
        )
        return true
    }

    /// Does what cancelled runs leave to be done; returns whether the end of one of them was told.
    ///
    /// What is owed is in PostgreSQL, whoever led when it was cancelled. Nothing counts as analysed that is not matched.
    func endCancelled() async throws -> Bool {
        let owed = try await store.cancelledRuns()
        var cleared: [Int] = []
        for run in owed {
            let isClear = try await store.clear(cancelled: run.id).isClear
            if isClear { cleared.append(run.id) }
        }
        // Once more when workers have ended what they had in hand: no run that is open need follow.
        guard !cleared.isEmpty || owed.contains(where: { !$0.isTold }) else { return false }
        let matched = try await rematch()
        for run in cleared { try await store.release(cancelled: run) }
        var hasEnded = false
        for run in owed where !run.isTold {
            guard try await store.tell(cancelled: run.id) else { continue }
            logger.info("run cancelled", metadata: ["run": "\(run.id)", "matched": "\(matched.packages)"])
            hasEnded = true
        }
        return hasEnded
    }

    /// Matches what waits for it, or of that what is in the images of a run.
    func rematch(of run: Int? = nil) async throws -> RematchSummary {
        let matched = try await Measure.time(MetricNames.matchSeconds) { try await store.rematch(of: run) }
        Measure.count(MetricNames.matchedPackages, by: matched.packages)
        return matched
    }

    /// Removes what is older than the settings allow; no run is open.
    func retain() async throws {
        guard let removed = try await store.retain(settings.retention), !removed.isEmpty else { return }
        logger.info(
            "removed what is too old",
            metadata: [
                "runs": "\(removed.runs)", "images": "\(removed.manifests)", "layers": "\(removed.layers)",
                "packages": "\(removed.packages)",
            ]
        )
    }

    /// Counts what only the end of a run tells; analysed layers and fetched bytes are counted by the workers.
    private func count(_ status: RunStatus) {
        for (outcome, images) in status.byState where outcome != "pending" {
            Measure.count(MetricNames.images, [("outcome", outcome)], by: images)
        }
        Measure.count(MetricNames.layers, [("outcome", "reused")], by: status.layersReused)
        Measure.count(MetricNames.layers, [("outcome", "failed")], by: status.layersFailed)
        Measure.count(MetricNames.layerBytes, [("outcome", "avoided")], by: Int(clamping: status.bytesAvoided))
    }

    private func announcedWorkers() async -> Int {
        (try? await dispatcher.liveWorkers(within: 30).count) ?? 0  // a figure for the report
    }
}
