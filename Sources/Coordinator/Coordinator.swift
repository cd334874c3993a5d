package import FleetRegistry
package import Logging
import Postgres
package import Queue
import ScanModel
package import Store
package import Telemetry

/// Takes runs from wish to result: lists, plans, announces tasks, settles images, matches, ends the run.
///
/// Any number may be started; one leads, by an advisory lock in PostgreSQL, and all it knows is in PostgreSQL, so that
/// another can go on at any moment.
package struct Coordinator: Sendable {
    let store: Store
    let dispatcher: Dispatcher
    let access: RegistryAccess
    let settings: CoordinatorSettings
    let logger: Logger
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
        let lead = Leadership(store: store, silence: settings.leaderSilence, logger: logger)
        Measure.set(MetricNames.leading, to: 0)
        while !Task.isCancelled {
            pulse.beat()
            do {
                try await lead.take { check in try await goRound(check) }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("coordinator: \(error)")
            }
            try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
        }
    }

    private func goRound(_ check: @escaping Leadership.Check) async throws {
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

    /// The version of the program's catalogers and of what the fleet collects now.
    func analysisVersion() async throws -> String {
        settings.analysisVersion + (try await store.collection()).versionSuffix
    }
}
