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
                try await lead.take { check in try await goRounds(check) }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("coordinator: \(error)")
            }
            try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
        }
    }

    /// Goes round in both lanes for as long as neither fails.
    private func goRounds(_ check: @escaping Leadership.Check) async throws {
        let announcer = Announcer(store: store, dispatcher: dispatcher, limit: settings.maxAnnounced, logger: logger)
        let ended = EndedRuns()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for lane in [Lane.bulk, .urgent] {
                group.addTask { try await goRound(lane, announcer, ended, check) }
            }
            _ = try await group.next()
        }
    }

    private func goRound(
        _ lane: Lane,
        _ announcer: Announcer,
        _ ended: EndedRuns,
        _ check: @escaping Leadership.Check
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var known = KnownRuns()
            var ticks = 0
            let start = ContinuousClock.now
            while !Task.isCancelled {
                try await check()
                let open = try await store.openRuns()
                switch lane {
                case .urgent:
                    // Here, for a bulk round may take minutes, and what a dead worker held may be waited for.
                    if ticks % 4 == 0, ContinuousClock.now - start >= settings.leaseGrace { try await expireLeases() }
                case .bulk:
                    pulse.beat()
                    if open.isEmpty, ended.take() { try await retain() }
                    if try await endCancelled() { ended.note() }
                }
                let version = try await analysisVersion()
                let ours = open.filter { $0.isUrgent == (lane == .urgent) }
                known.forgetOthers(than: ours)
                for run in ours {
                    do {
                        let isEnded = try await moveOn(run, version, &known) {
                            group.addTask { await listUntilPlanned(run.id, check) }
                        }
                        if isEnded { ended.note() }
                        known.refusals[run.id] = nil
                    } catch let error as PostgresError where !error.isTransient && !error.isCancellation {
                        known.refusals[run.id, default: 0] += 1
                        if try await giveUp(run, after: known.refusals[run.id] ?? 0, error) { ended.note() }
                    }
                }
                await announcer.announce(lane.priorities)
                ticks &+= 1
                try await Task.sleep(for: settings.interval)
            }
        }
    }

    private func expireLeases() async throws {
        let expired = try await store.expireLeases()
        Measure.count(MetricNames.leasesExpired, by: expired)
        if expired > 0 { logger.warning("\(expired) leases ran out") }
    }

    /// The version of the program's catalogers and of what the fleet collects now.
    func analysisVersion() async throws -> String {
        settings.analysisVersion + (try await store.collection()).versionSuffix
    }
}
