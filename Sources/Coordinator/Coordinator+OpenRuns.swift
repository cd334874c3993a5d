import Logging
import Postgres
import Queue
import Store

/// What a leader remembers of open runs from round to round.
struct KnownRuns {
    /// When the layers and folds that the listing has found so far are planned next; there once the listing has begun.
    var planAhead: [Int: ContinuousClock.Instant] = [:]
    /// When a run's images are settled next.
    var settling: [Int: ContinuousClock.Instant] = [:]
    /// The analysis version that a run was last planned for.
    var adopted: [Int: String] = [:]
    /// In how many rounds on end the database has refused to move a run on.
    var refusals: [Int: Int] = [:]

    mutating func forgetOthers(than open: [Run]) {
        let ids = Set(open.map(\.id))
        planAhead = planAhead.filter { ids.contains($0.key) }
        settling = settling.filter { ids.contains($0.key) }
        adopted = adopted.filter { ids.contains($0.key) }
        refusals = refusals.filter { ids.contains($0.key) }
    }
}

extension Coordinator {
    /// What a large fleet takes seconds for is done less often: the database is the workers', too.
    private var planAheadPace: Pace {
        Pace(share: 20, pause: settings.planAheadInterval...max(settings.planAheadInterval, .seconds(3600)))
    }
    /// Images whose layers were the last to be analysed wait so long for their fold: few are left then, which takes no time.
    ///
    /// A run that somebody waits for is of few images, and may have waited itself, for what a bulk run has locked.
    private static func settlingPace(of run: Run) -> Pace {
        run.isUrgent ? Pace(share: 2, pause: .zero ... .seconds(1)) : Pace(share: 5, pause: .zero ... .seconds(60))
    }

    /// Does what is to be done for an open run in one round; returns whether it has ended.
    func moveOn(
        _ run: Run,
        _ version: String,
        _ known: inout KnownRuns,
        list: () -> Void
    ) async throws -> Bool {
        switch run.state {
        case .requested, .listing:
            if let due = known.planAhead[run.id] {
                if due <= .now { known.planAhead[run.id] = try await planAhead(run, version) }
            } else {
                known.planAhead[run.id] = .now + settings.planAheadInterval
                list()
            }
            return false
        case .running:
            if known.adopted[run.id] != version {
                try await store.adopt(run, analysisVersion: version, shards: Streams.layerShards)
                known.adopted[run.id] = version
            }
            if let due = known.settling[run.id], due > .now { return false }
            let start = ContinuousClock.now
            let isEnded = try await settle(run, version)
            known.settling[run.id] = Self.settlingPace(of: run).next(after: start, .now)
            return isEnded
        case .done, .failed, .cancelled: return false
        }
    }

    /// Begins the layers that the listing of a run has found so far, and the folds of images whose layers are there; returns
    /// when to do so again.
    ///
    /// The run can do without: whether the database takes its layers, its plan tells.
    private func planAhead(_ run: Run, _ version: String) async throws -> ContinuousClock.Instant {
        let start = ContinuousClock.now
        do {
            let begun = try await store.planAhead(run, analysisVersion: version, shards: Streams.layerShards)
            if begun > 0 {
                logger.info(
                    "layers begun before the end of the listing",
                    metadata: ["run": "\(run.id)", "layers": "\(begun)"]
                )
            }
            let folds = try await store.foldAhead(run, analysisVersion: version, shards: Streams.layerShards)
            if begun + folds >= settings.largeRun { await refreshStatistics(run) }
            if folds > 0 {
                logger.info(
                    "images folded before the end of the listing",
                    metadata: ["run": "\(run.id)", "images": "\(folds)"]
                )
            }
        } catch let error as PostgresError where !error.isTransient && !error.isCancellation {
            logger.warning(
                "nothing is begun before the end of the listing: \(error)",
                metadata: ["run": "\(run.id)"]
            )
        }
        return planAheadPace.next(after: start, .now)
    }

    /// Ends a run that the database refuses to move on, which holds up no other meanwhile; returns whether it has ended.
    func giveUp(_ run: Run, after refusals: Int, _ error: PostgresError) async throws -> Bool {
        if refusals == 1 { logger.error("cannot go on: \(error)", metadata: ["run": "\(run.id)"]) }
        guard refusals >= settings.maxRefusals else { return false }
        let reason = "the database refuses to move the run on: \(error)"
        do {
            return try await store.finish(
                run: run.id,
                state: .failed,
                reason: reason,
                workers: 0,
                listing: run.listings
            )
        } catch let error as PostgresError where !error.isTransient && !error.isCancellation {
            // It is tried again in the next round, in which the others go on as well.
            return false
        }
    }
}
