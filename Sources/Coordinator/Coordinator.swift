package import FleetRegistry
package import Logging
import Postgres
package import Queue
package import Store

/// How a coordinator works.
package struct CoordinatorSettings: Sendable {
    /// The analysis version that this fleet's workers produce.
    package var analysisVersion: String
    /// How often the state is looked at.
    package var interval = Duration.milliseconds(250)
    /// Manifest requests at a time, over all registries.
    package var listingConcurrency = 16
    /// Tasks announced in Redis ahead of the workers.
    package var maxAnnounced = 5_000
    /// How long after taking the lead leases are left alone: an outage of the database kept their holders from renewing them.
    package var leaseGrace = Duration.seconds(5)

    package init(analysisVersion: String) { self.analysisVersion = analysisVersion }
}

/// Takes runs from wish to result: lists, plans, announces tasks, settles images, matches, ends the run.
///
/// Any number may be started; one leads, by an advisory lock in PostgreSQL, and all it knows is in PostgreSQL, so that
/// another can go on at any moment.
package struct Coordinator: Sendable {
    /// "coord" as a number.
    private static let leaderLock = 0x636f_6f72

    private let store: Store
    private let dispatcher: Dispatcher
    private let access: RegistryAccess
    private let settings: CoordinatorSettings
    private let logger: Logger

    package init(
        store: Store,
        dispatcher: Dispatcher,
        access: RegistryAccess,
        settings: CoordinatorSettings,
        logger: Logger
    ) {
        self.store = store
        self.dispatcher = dispatcher
        self.access = access
        self.settings = settings
        self.logger = logger
    }

    /// Works until the task is cancelled; survives the loss of PostgreSQL and of Redis.
    package func run() async throws {
        while !Task.isCancelled {
            do {
                try await store.pool.withConnection { connection in
                    let leads = try await connection.run { session in
                        try session.execute("SELECT pg_try_advisory_lock($1)", [.int(Self.leaderLock)]).first?.bool(0)
                            == true
                    }
                    guard leads else { return }
                    logger.info("leading")
                    defer { logger.info("no longer leading") }
                    do {
                        try await lead { _ = try await connection.run { try $0.execute("SELECT 1").count } }
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

    /// `check` throws once the connection that holds the lock is gone, and the lock with it.
    private func lead(check: () async throws -> Void) async throws {
        let announcer = Announcer(store: store, dispatcher: dispatcher, limit: settings.maxAnnounced, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var listing: Set<Int> = []
            var adopted: Set<Int> = []
            var ticks = 0
            let start = ContinuousClock.now
            while !Task.isCancelled {
                try await check()
                if ticks % 4 == 0, ContinuousClock.now - start >= settings.leaseGrace {
                    let expired = try await store.expireLeases()
                    if expired > 0 { logger.warning("\(expired) leases ran out") }
                }
                for run in try await store.openRuns() {
                    switch run.state {
                    case .requested, .listing:
                        guard listing.insert(run.id).inserted else { continue }
                        group.addTask { await listUntilPlanned(run) }
                    case .running:
                        if adopted.insert(run.id).inserted { try await adopt(run) }
                        try await settle(run)
                    case .done, .failed: break
                    }
                }
                await announcer.announce()
                ticks &+= 1
                try await Task.sleep(for: settings.interval)
            }
        }
    }

    /// Lists a run, again after an outage of the database, until it is planned, failed or somebody else's.
    private func listUntilPlanned(_ run: Run) async {
        while !Task.isCancelled {
            do {
                return try await list(run)
            } catch {
                logger.warning("run \(run.id) is listed again: \(error)")
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
    }

    private func list(_ run: Run) async throws {
        logger.info("listing", metadata: ["run": "\(run.id)"])
        let lister = FleetLister(
            store: store,
            client: try await access.client(),
            run: run,
            concurrency: settings.listingConcurrency,
            logger: logger
        )
        do {
            try await store.beginListing(run.id)
            let listed = try await lister.list()
            // What a lister that was told to stop has found is no listing.
            try Task.checkCancellation()
            try await store.plan(
                run,
                listed: listed,
                analysisVersion: settings.analysisVersion,
                shards: Streams.shards
            )
        } catch is CancellationError {
            // Another coordinator lists this run anew.
        } catch let error as StoreError where error.code == .superseded {
            logger.warning("\(error)")
        } catch let error as PostgresError where error.isTransient {
            throw error
        } catch {
            logger.error("run \(run.id) cannot be listed: \(error)")
            try await store.finish(run: run.id, state: .failed, reason: "\(error)", workers: 0)
        }
    }

    private func adopt(_ run: Run) async throws {
        try await store.adopt(run, analysisVersion: settings.analysisVersion, shards: Streams.shards)
    }

    private func settle(_ run: Run) async throws {
        let pending = try await store.settle(
            run: run,
            analysisVersion: settings.analysisVersion,
            shards: Streams.shards
        )
        guard pending == 0 else { return }
        let matched = try await store.rematch()
        let status = try await store.status(run: run.id)
        let problems = try await store.problems(run: run.id)
        let verdict = RunVerdict(status: status, targets: run.targets, problems: problems)
        let workers = await announcedWorkers()
        try await store.finish(run: run.id, state: verdict.state, reason: verdict.reason, workers: workers)
        logger.info(
            "run \(verdict.state.rawValue)",
            metadata: ["run": "\(run.id)", "images": "\(status.found)", "matched": "\(matched.packages)"]
        )
    }

    private func announcedWorkers() async -> Int {
        (try? await dispatcher.liveWorkers(within: 30).count) ?? 0  // a figure for the report
    }
}
