import Catalogers
import DedicatedThread
package import FleetRegistry
import Foundation
package import LayerScan
package import Logging
package import Queue
import Registry
package import Store

/// How a worker works.
package struct WorkerSettings: Sendable {
    /// The worker's name in leases, logs and Redis; one a process.
    package var name: String
    /// Bulk tasks at a time; one more slot is kept for interactive tasks alone.
    package var slots = 2
    /// How long a claim holds without a sign of life.
    package var leaseSeconds = 15
    package var limits = LayerScanLimits()
    /// Where large evidence is spooled, in files without a name.
    package var scratchDirectory = "/tmp"

    package init(name: String) { self.name = name }
}

/// Claims tasks and carries them out until it is told to stop.
package struct Worker: Sendable {
    private let settings: WorkerSettings
    private let feed: WorkFeed
    private let leases: LeaseRenewal
    private let store: Store
    private let runner: TaskRunner
    private let logger: Logger

    package init(
        store: Store,
        feed: WorkFeed,
        access: RegistryAccess,
        settings: WorkerSettings,
        logger: Logger
    ) throws {
        self.settings = settings
        self.feed = feed
        self.store = store
        self.logger = logger
        leases = LeaseRenewal(store: store, leaseSeconds: settings.leaseSeconds, logger: logger)
        let scanner = LayerScanner(
            limits: settings.limits,
            selection: Catalogers.selection,
            scratchDirectory: settings.scratchDirectory
        )
        runner = TaskRunner(
            store: store,
            access: access,
            scanner: scanner,
            threads: try ThreadPool(name: "analysis", threads: settings.slots + 1)
        )
    }

    /// Works until the task is cancelled; claims that are not finished then go back into the queue.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await beat() }
            group.addTask { await leases.run() }
            for slot in 0...settings.slots {
                group.addTask { await serve(interactiveOnly: slot == settings.slots) }
            }
        }
        await feed.leave()
    }

    private func beat() async {
        while !Task.isCancelled {
            do {
                try await feed.heartbeat(now: Int(Date().timeIntervalSince1970), aliveWithin: 10)
            } catch {
                logger.debug("no sign of life reaches Redis: \(error)")
            }
            try? await Task.sleep(for: .seconds(2))  // a cancelled sleep ends the loop
        }
    }

    private func serve(interactiveOnly: Bool) async {
        var idle = 0
        var lastReclaim = ContinuousClock.now
        while !Task.isCancelled {
            do {
                var entry = try await feed.next(interactiveOnly: interactiveOnly)
                if entry == nil, !interactiveOnly, ContinuousClock.now - lastReclaim > .seconds(5) {
                    lastReclaim = .now
                    entry = try await feed.reclaim(idleMilliseconds: settings.leaseSeconds * 2000)
                }
                guard let entry else {
                    idle = min(idle + 1, 5)
                    try await Task.sleep(for: .milliseconds(40 * idle))
                    continue
                }
                idle = 0
                try await handle(entry)
            } catch is CancellationError {
                return
            } catch {
                logger.warning("worker: \(error)")
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
    }

    private func handle(_ entry: WorkFeed.Entry) async throws {
        guard
            let claim = try await store.claim(
                task: entry.task,
                worker: settings.name,
                leaseSeconds: settings.leaseSeconds
            )
        else { return try await feed.acknowledge(entry) }
        let work = Task { try await runner.run(claim) }  // awaited just below
        await leases.hold(claim, work: work)
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        let isLost = await leases.letGo(claim)
        if case .failure(let error) = result { await end(claim, after: error, isLost: isLost) }
        try await feed.acknowledge(entry)
    }

    /// Puts a task back until its registry has room, so that this worker's place goes to another registry's.
    private func postpone(_ claim: Claim, after error: RegistryError, metadata: Logger.Metadata) async {
        let wait = min(max((error.retryAfter ?? .seconds(1)) / .seconds(1), 0.2), 60)
        do {
            // Spread, so that not all of a registry's tasks come back in one moment.
            try await store.postpone(claim, for: wait * Double.random(in: 1...1.25))
            logger.debug("postponed: \(error.message)", metadata: metadata)
        } catch {
            logger.warning("the claim could not be put back and will run out: \(error)", metadata: metadata)
        }
    }

    private func end(_ claim: Claim, after error: any Error, isLost: Bool) async {
        let metadata: Logger.Metadata = [
            "task": "\(claim.task)", "kind": "\(claim.kind.rawValue)", "attempt": "\(claim.attempt)",
        ]
        if let error = error as? StoreError, error.code == .superseded {
            logger.warning("a late result was dropped: \(error)", metadata: metadata)
            return
        }
        if let error = error as? RegistryError, error.code == .throttled, !isLost, !Task.isCancelled {
            return await postpone(claim, after: error, metadata: metadata)
        }
        let failure = TaskFailure(error)
        // Only these two stop a task; what calls itself cancelled for another reason has failed.
        let isGivenBack = isLost || Task.isCancelled
        // The claim must be ended even while the worker is being stopped, hence a task of its own, awaited here.
        let ending = Task {
            if isGivenBack {
                try await store.release(claim)
            } else {
                try await store.fail(claim, reason: failure.reason, isPermanent: failure.isPermanent)
            }
        }
        if case .failure(let second) = await ending.result {
            logger.warning("the claim could not be ended and will run out: \(second)", metadata: metadata)
        }
        if !isGivenBack { logger.warning("failed: \(failure.reason)", metadata: metadata) }
    }
}
