package import FleetRegistry
package import Logging
import Postgres
package import Queue
import ScanModel
package import Store
package import Telemetry

/// How a coordinator works.
package struct CoordinatorSettings: Sendable {
    /// The analysis version that this fleet's workers produce, without what they collect of files.
    package var analysisVersion: String
    /// How often the state is looked at.
    package var interval = Duration.milliseconds(250)
    /// Manifest requests at a time, over all registries.
    package var listingConcurrency = 16
    /// What is waited before repositories that a registry could not list for the moment, and tags that it gave no answer
    /// about, are tried again: it may be restarting, and what is not listed is not scanned that night.
    package var listingPauses: [Duration] = [.seconds(10), .seconds(20), .seconds(40), .seconds(80)]
    /// Tasks announced in Redis ahead of the workers.
    package var maxAnnounced = 5_000
    /// How long a listing goes on before the layers that it has found are begun, and how often that is done again, and images
    /// folded whose layers are there: most end sooner, and are planned once.
    package var planAheadInterval = Duration.seconds(30)
    /// Rounds on end in which the database may refuse to move a run on before that has failed.
    package var maxRefusals = 40
    /// How long the past is kept; looked at after each run.
    package var retention = RetentionSettings()
    /// How long after taking the lead leases are left alone: an outage of the database kept their holders from renewing them.
    package var leaseGrace = Duration.seconds(5)
    /// How long the one that leads may give the database no sign of life before another takes the lead.
    package var leaderSilence = Duration.seconds(15)

    package init(analysisVersion: String) { self.analysisVersion = analysisVersion }
}

/// Takes runs from wish to result: lists, plans, announces tasks, settles images, matches, ends the run.
///
/// Any number may be started; one leads, by an advisory lock in PostgreSQL, and all it knows is in PostgreSQL, so that
/// another can go on at any moment.
package struct Coordinator: Sendable {
    /// Planning ahead takes at most one part in so many of the time.
    private static let planAheadPatience = 20

    private let store: Store
    private let dispatcher: Dispatcher
    private let access: RegistryAccess
    private let settings: CoordinatorSettings
    private let logger: Logger
    private let pulse: Pulse

    /// `pulse` beats while the coordinator's loop goes round, whether it leads or stands by.
    package init(
        store: Store,
        dispatcher: Dispatcher,
        access: RegistryAccess,
        settings: CoordinatorSettings,
        pulse: Pulse = Pulse(limit: .seconds(900)),
        logger: Logger
    ) {
        self.pulse = pulse
        self.store = store
        self.dispatcher = dispatcher
        self.access = access
        self.settings = settings
        self.logger = logger
    }

    /// Works until the task is cancelled; survives the loss of PostgreSQL and of Redis.
    package func run() async throws {
        Measure.set(MetricNames.leading, to: 0)
        while !Task.isCancelled {
            pulse.beat()
            do {
                try await store.pool.withConnection { connection in
                    let leads = try await connection.run { session in
                        try session.execute("SELECT pg_try_advisory_lock($1)", [.int(Store.leaderLock)]).first?.bool(0)
                            == true
                    }
                    guard leads else { return }
                    logger.info("leading")
                    Measure.set(MetricNames.leading, to: 1)
                    defer {
                        logger.info("no longer leading")
                        Measure.set(MetricNames.leading, to: 0)
                    }
                    do {
                        try await bound(settings.leaderSilence, connection)
                        try await lead {
                            do {
                                _ = try await connection.run { try $0.execute("SELECT 1").count }
                            } catch let error as PostgresError {
                                throw LeadLost(cause: error)
                            }
                        }
                    } catch {
                        // The lock belongs to the connection, which must not carry it back into the pool.
                        await connection.close()
                        throw error
                    }
                    await connection.close()
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("coordinator: \(error)")
            }
            try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
        }
    }

    /// Has the server end the session of a leader that gives no sign of life, and its lock with it.
    ///
    /// The network does not tell: the kernel answers for a process that is stopped. Servers before version 14 have no such limit.
    private func bound(_ silence: Duration, _ connection: PostgresConnection) async throws {
        let milliseconds = Int(silence / .milliseconds(1))
        _ = try await connection.run { session in
            try session.execute(
                "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout'",
                [.text(String(milliseconds))]
            ).count
        }
    }

    /// Throws ``LeadLost`` once the connection that holds the lock is gone, and the lock with it.
    private typealias LeadCheck = @Sendable () async throws -> Void

    /// Goes round, and gives a sign of life beside: a round may take minutes, as matching a whole fleet does.
    ///
    /// Where the lead is lost meanwhile, neither the round nor a listing goes on.
    private func lead(check: @escaping LeadCheck) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { [settings] in
                while !Task.isCancelled {
                    try await check()
                    try await Task.sleep(for: settings.leaderSilence / 5)
                }
            }
            group.addTask { try await goRound(check) }
            _ = try await group.next()
        }
    }

    private func goRound(_ check: @escaping LeadCheck) async throws {
        let announcer = Announcer(store: store, dispatcher: dispatcher, limit: settings.maxAnnounced, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var known = KnownRuns()
            var ticks = 0
            var hasEnded = false
            let start = ContinuousClock.now
            while !Task.isCancelled {
                pulse.beat()
                try await check()
                if ticks % 4 == 0, ContinuousClock.now - start >= settings.leaseGrace {
                    let expired = try await store.expireLeases()
                    Measure.count(MetricNames.leasesExpired, by: expired)
                    if expired > 0 { logger.warning("\(expired) leases ran out") }
                }
                let open = try await store.openRuns()
                let version = try await analysisVersion()
                if open.isEmpty, hasEnded {
                    hasEnded = false
                    try await retain()
                }
                if try await endCancelled() { hasEnded = true }
                known.forgetOthers(than: open)
                for run in open {
                    do {
                        let isEnded = try await moveOn(run, version, &known) {
                            group.addTask { await listUntilPlanned(run.id, check) }
                        }
                        if isEnded { hasEnded = true }
                        known.refusals[run.id] = nil
                    } catch let error as PostgresError where !error.isTransient && !error.isCancellation {
                        known.refusals[run.id, default: 0] += 1
                        if try await giveUp(run, after: known.refusals[run.id] ?? 0, error) { hasEnded = true }
                    }
                }
                await announcer.announce()
                ticks &+= 1
                try await Task.sleep(for: settings.interval)
            }
        }
    }

    /// What a leader remembers of open runs from round to round.
    private struct KnownRuns {
        /// When the layers and folds that the listing has found so far are planned next; there once the listing has begun.
        var planAhead: [Int: ContinuousClock.Instant] = [:]
        /// The analysis version that a run was last planned for.
        var adopted: [Int: String] = [:]
        /// In how many rounds on end the database has refused to move a run on.
        var refusals: [Int: Int] = [:]

        mutating func forgetOthers(than open: [Run]) {
            let ids = Set(open.map(\.id))
            planAhead = planAhead.filter { ids.contains($0.key) }
            adopted = adopted.filter { ids.contains($0.key) }
            refusals = refusals.filter { ids.contains($0.key) }
        }
    }

    /// Does what is to be done for an open run in one round; returns whether it has ended.
    private func moveOn(
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
                try await adopt(run, version)
                known.adopted[run.id] = version
            }
            return try await settle(run, version)
        case .done, .failed, .cancelled: return false
        }
    }

    /// The version of the program's catalogers and of what the fleet collects now.
    private func analysisVersion() async throws -> String {
        settings.analysisVersion + (try await store.collection()).versionSuffix
    }

    /// Lists a run until it is planned, failed or cancelled: again after an outage of the database, and where a coordinator
    /// that no longer leads has begun to list it since.
    private func listUntilPlanned(_ run: Int, _ check: LeadCheck) async {
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

    /// Ends a run that the database refuses to move on, which holds up no other meanwhile; returns whether it has ended.
    private func giveUp(_ run: Run, after refusals: Int, _ error: PostgresError) async throws -> Bool {
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
        // What a large fleet takes seconds for is done less often.
        let end = ContinuousClock.now
        return end + max(settings.planAheadInterval, (end - start) * Self.planAheadPatience)
    }

    /// Lists a run and plans it; returns whether it is planned, or failed, by this.
    ///
    /// `check` comes behind the look at the run: whoever has the lead since begins a listing of another number, and nothing of
    /// this one counts (``Store/beginListing(_:)``).
    private func list(_ open: Run, _ check: LeadCheck) async throws -> Bool {
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
            try await store.plan(run, listed: listed, analysisVersion: version, shards: Streams.layerShards)
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

    /// Does what cancelled runs leave to be done; returns whether the end of one of them was told.
    ///
    /// What is owed is in PostgreSQL, whoever led when it was cancelled. Nothing counts as analysed that is not matched.
    private func endCancelled() async throws -> Bool {
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

    /// Matches what waits for it.
    private func rematch() async throws -> RematchSummary {
        let matched = try await Measure.time(MetricNames.matchSeconds) { try await store.rematch() }
        Measure.count(MetricNames.matchedPackages, by: matched.packages)
        return matched
    }

    private func adopt(_ run: Run, _ version: String) async throws {
        try await store.adopt(run, analysisVersion: version, shards: Streams.layerShards)
    }

    /// Moves a run on; returns whether it has ended.
    private func settle(_ run: Run, _ version: String) async throws -> Bool {
        let pending = try await store.settle(
            run: run,
            analysisVersion: version,
            shards: Streams.layerShards
        )
        // Nor has one that is not under way any more: it was cancelled since the round began.
        guard pending == 0 else { return false }
        let matched = try await rematch()
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

    /// Removes what is older than the settings allow; no run is open.
    private func retain() async throws {
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

/// The lead is lost, as far as is known: another may have it by now.
private struct LeadLost: Error, CustomStringConvertible {
    let cause: PostgresError

    var description: String { "the lead is lost: \(cause)" }
}
