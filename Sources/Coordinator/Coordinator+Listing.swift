import FleetRegistry
import Logging
import Postgres
import Queue
import Store

extension Coordinator {
    /// Lists a run until it is planned, failed or cancelled: again after an outage of the database, and where a coordinator
    /// that no longer leads has begun to list it since.
    func listUntilPlanned(_ run: Int, _ check: Leadership.Check) async {
        while !Task.isCancelled {
            do {
                guard let open = try await store.run(run), [.requested, .listing].contains(open.state) else { return }
                if try await list(open, check) { return }
            } catch {
                logger.warning("listed again after: \(error)", metadata: ["run": "\(run)"])
            }
            try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
        }
    }

    /// Lists a run and plans it; returns whether it is planned, or failed, by this.
    ///
    /// `check` comes behind the look at the run: whoever has the lead since begins a listing of another number, and nothing of
    /// this one counts (``Store/beginListing(_:)``).
    private func list(_ open: Run, _ check: Leadership.Check) async throws -> Bool {
        logger.info("listing", metadata: ["run": "\(open.id)"])
        let client = try await access.freshClient()
        var run = open
        do {
            try await check()
            run = try await store.beginListing(open)
            let lister = FleetLister(
                store: store,
                client: client,
                run: run,
                concurrency: settings.listingConcurrency,
                patience: settings.listingPauses,
                progress: ListingProgress(store: store, run: run.id),
                logger: logger
            )
            let listed = try await whileOpen(run) { try await lister.list() }
            let version = try await analysisVersion()
            // What a lister that was told to stop has found is no listing.
            try Task.checkCancellation()
            await refreshStatistics(run)
            try await store.plan(run, listed: listed, analysisVersion: version, shards: Streams.layerShards)
            await refreshStatistics(run)
            return true
        } catch is CancellationError {
            // Another coordinator lists this run anew.
            return false
        } catch let error as StoreError where error.code == .superseded {
            logger.warning("\(error)", metadata: ["run": "\(run.id)"])
            return false
        } catch let error as LeadLost {
            throw error
        } catch let error as PostgresError where error.isTransient {
            throw error
        } catch {
            logger.error("cannot be listed: \(error)", metadata: ["run": "\(run.id)"])
            try await matchFolded(run)
            return try await store.finish(
                run: run.id,
                state: .failed,
                reason: "\(error)",
                workers: 0,
                listing: run.listings
            )
        }
    }

    /// Before a plan, which goes through all that was listed, and behind it, as it adds the run's layers; a run can do without.
    func refreshStatistics(_ run: Run) async {
        do {
            try await store.refreshStatistics(run: run.id, from: settings.largeRun)
        } catch {
            logger.warning("the database keeps its old statistics: \(error)", metadata: ["run": "\(run.id)"])
        }
    }

    /// Matches what was folded while a run was listed that fails now; where that cannot be, a later pass does it.
    ///
    /// Only an outage is thrown: the run would be listed again and again for whatever else ails the packages of the fleet.
    private func matchFolded(_ run: Run) async throws {
        do {
            _ = try await rematch()
        } catch let error as PostgresError where error.isTransient || error.isCancellation {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.warning("what was folded waits to be matched: \(error)", metadata: ["run": "\(run.id)"])
        }
    }

    /// Lists for as long as nobody cancels the run: a large registry is asked for an hour.
    private func whileOpen(
        _ run: Run,
        _ list: @escaping @Sendable () async throws -> [ListedRepository]
    ) async throws -> [ListedRepository] {
        try await withThrowingTaskGroup(of: [ListedRepository]?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await list() }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    let found = try? await store.run(run.id)  // an outage of the database says nothing about the run
                    if found?.state == .cancelled { return nil }
                }
            }
            if case .some(.some(let listed)) = try await group.next() { return listed }
            throw StoreError(.superseded, "run \(run.id) was cancelled")
        }
    }
}
