import DedicatedThread
package import FleetRegistry
package import LayerScan
package import Logging
package import MalwareScan
import Postgres
package import Queue
import Registry
package import Store
package import Telemetry

/// How a worker works.
package struct WorkerSettings: Sendable {
    /// Downloads that wait for a registry at a time, at most.
    package static let defaultSlots = 8
    /// What ``analyses`` is unless it is set.
    package static let defaultAnalyses = 2

    /// The worker's name in leases, logs and Redis; one a process.
    package var name: String
    /// Bulk tasks in hand at a time, at most, layers before folds; one more slot is kept for interactive tasks alone, and as
    /// many as there are `analyses` for folds, so that they go on beside downloads.
    package var slots = Self.defaultSlots
    /// Bulk tasks analysed at a time, enough to keep two processors busy.
    ///
    /// One more thread is kept for interactive tasks, as the slot is.
    package var analyses = Self.defaultAnalyses
    /// How long a claim holds without a sign of life.
    package var leaseSeconds = 15
    package var limits = LayerScanLimits()
    /// Where large evidence is spooled, in files without a name.
    package var scratchDirectory = "/tmp"
    /// What becomes of layers while that is full.
    package var scratchPatience = ScratchPatience()

    /// Who is asked about malware, where the fleet wants to know.
    package var malware: MalwareScanner?

    /// Where CPU time is noted.
    package var costs = AnalyzerCosts()

    package init(name: String) { self.name = name }
}

/// Claims tasks and carries them out until it is told to stop.
package struct Worker: Sendable {
    /// Stored bytes of layers that are kept decoded, twice; the stored bytes are their names.
    private static let decodedBytes = 512 << 10
    /// How often a worker whose disk is full looks for room.
    private static let roomInterval = Duration.seconds(2)
    /// How long a slot that the window leaves out waits before it looks again.
    private static let outsideWindow = Duration.milliseconds(50)

    private let settings: WorkerSettings
    private let feed: WorkFeed
    private let leases: LeaseRenewal
    private let store: Store
    private let runner: TaskRunner
    private let collection: CollectionSwitch
    private let window: SlotWindow
    private let threads: ThreadPool
    private let foldThreads: ThreadPool
    private let interactiveThread: ThreadPool
    private let solitude = Solitude()
    private let outages = Outages()
    private let room: ScratchRoom
    private let logger: Logger
    private let pulse: Pulse

    /// `pulse` beats while the worker's loop goes round; throws where there is no place for temporary files.
    package init(
        store: Store,
        feed: WorkFeed,
        access: RegistryAccess,
        settings: WorkerSettings,
        pulse: Pulse = Pulse(limit: .seconds(60)),
        logger: Logger
    ) throws {
        try LayerScanner.checkScratch(settings.scratchDirectory)
        self.pulse = pulse
        self.settings = settings
        self.feed = feed
        self.store = store
        self.logger = logger
        leases = LeaseRenewal(store: store, leaseSeconds: settings.leaseSeconds, logger: logger)
        collection = CollectionSwitch(settings, store: store)
        room = ScratchRoom(settings.scratchPatience)
        let analyses = min(settings.analyses, settings.slots)
        threads = try ThreadPool(name: WorkerThread.analysis.rawValue, threads: analyses)
        foldThreads = try ThreadPool(name: WorkerThread.fold.rawValue, threads: analyses)
        interactiveThread = try ThreadPool(name: WorkerThread.analysis.rawValue, threads: 1)
        window = SlotWindow(analyses...settings.slots)
        runner = TaskRunner(
            store: store,
            access: access,
            window: window,
            decoded: DecodedLayers(maxBytes: Self.decodedBytes),
            costs: settings.costs
        )
    }

    /// Works until the task is cancelled; claims that are not finished then go back into the queue.
    package func run() async {
        await refreshCollection()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await beat() }
            group.addTask { await watchRoom() }
            group.addTask { await leases.run() }
            for slot in 0..<settings.slots {
                group.addTask { await serve(.bulk(slot)) }
            }
            for _ in 0..<min(settings.analyses, settings.slots) {
                group.addTask { await serve(.folds) }
            }
            group.addTask { await serve(.interactive) }
        }
        await feed.leave()
    }

    private func beat() async {
        while !Task.isCancelled {
            pulse.beat()
            do {
                room.note(others: try await feed.heartbeat(aliveWithin: 10, isShort: room.isFull))
            } catch {
                logger.debug("no sign of life reaches Redis: \(error)")
            }
            await refreshCollection()
            try? await Task.sleep(for: .seconds(2))  // a cancelled sleep ends the loop
        }
    }

    /// Looks for room while there is none; apart from signs of life, which a disk must not hold up.
    private func watchRoom() async {
        var hasGivenUp = false
        while !Task.isCancelled {
            if room.isFull, await hasRoom() {
                room.found(at: .now)
                logger.notice("there is room for temporary files again")
            }
            if room.hasGivenUp(at: .now) != hasGivenUp {
                hasGivenUp.toggle()
                if hasGivenUp { logger.warning("no layers are taken: \(settings.scratchDirectory) is full") }
            }
            try? await Task.sleep(for: Self.roomInterval)  // a cancelled sleep ends the loop
        }
    }

    /// Whether the smallest of temporary files finds room: smaller ones are kept in memory.
    private func hasRoom() async -> Bool {
        do {
            let (folder, bytes) = (settings.scratchDirectory, settings.limits.memoryBytes)
            try await foldThreads.run { try LayerScanner.checkScratch(folder, bytes: bytes) }
            return true
        } catch {
            return false
        }
    }

    /// Why a layer that was alone with this worker found no room, and it is not the layer.
    private enum Want {
        /// There is none for any.
        case fullDisk
        /// Nobody has had any for long enough.
        case hopeless
    }

    private func want(of claim: Claim, after error: any Error) async -> Want? {
        guard (error as? LayerScanError)?.code == .noRoom else { return nil }
        let hasRoom = await hasRoom()
        room.miss(at: .now, isFull: !hasRoom)
        guard claim.isSuspect else { return nil }
        return room.isHopeless(at: .now) ? .hopeless : hasRoom ? nil : .fullDisk
    }

    private func refreshCollection() async {
        do {
            try await collection.refresh()
        } catch {
            // With another version than the coordinator's it claims nothing until it knows better.
            outages.failed(error, "what the fleet collects is not known", logger)
        }
    }

    /// What a slot takes.
    private enum Slot {
        /// Anything, while its number is in the window.
        case bulk(Int)
        case folds
        case interactive

        /// The longest pause between two looks, in steps of 40 ms; folds come in bursts and a bulk slot takes them, too.
        var longestIdle: Int { if case .folds = self { 10 } else { 5 } }
    }

    /// The next entry for a slot; `nil` where there is none.
    private func next(_ slot: Slot, _ lastReclaim: inout ContinuousClock.Instant) async throws -> WorkFeed.Entry? {
        let wish = room.hasGivenUp(at: .now) ? WorkFeed.Wish.foldsOnly : .layersFirst
        switch slot {
        case .folds: return try await feed.next(interactiveOnly: false, .foldsOnly)
        case .interactive: return try await feed.next(interactiveOnly: true, wish)
        case .bulk:
            if let entry = try await feed.next(interactiveOnly: false, wish) { return entry }
            guard ContinuousClock.now - lastReclaim > .seconds(5) else { return nil }
            let entry = try await feed.reclaim(idleMilliseconds: settings.leaseSeconds * 2000)
            // Where there was one there may be more.
            if entry == nil { lastReclaim = .now }
            return entry
        }
    }

    private func isOutsideWindow(_ slot: Slot) -> Bool {
        if case .bulk(let number) = slot { number >= window.size } else { false }
    }

    /// A thread is a layer's for its whole download: what a fold slot has claimed is not to wait for that.
    private func threads(of slot: Slot) -> ThreadPool {
        switch slot {
        case .bulk: threads
        case .folds: foldThreads
        case .interactive: interactiveThread
        }
    }

    private func serve(_ slot: Slot) async {
        var idle = 0
        var lastReclaim = ContinuousClock.now
        while !Task.isCancelled {
            do {
                guard !isOutsideWindow(slot) else {
                    try await Task.sleep(for: Self.outsideWindow)
                    continue
                }
                guard let entry = try await next(slot, &lastReclaim) else {
                    idle = min(idle + 1, slot.longestIdle)
                    try await Task.sleep(for: .milliseconds(40 * idle))
                    continue
                }
                idle = 0
                try await handle(entry, on: threads(of: slot))
            } catch {
                // Redis and PostgreSQL have their own words for it.
                guard !Task.isCancelled else { return }
                outages.failed(error, "worker", logger)
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
    }

    private func handle(_ entry: WorkFeed.Entry, on threads: ThreadPool) async throws {
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

    /// Puts a task back whose result the database cannot take now, which is not the task's fault.
    ///
    /// Putting it back is a write too: while it fails, this slot waits, as there is nothing that it could do.
    private func postpone(_ claim: Claim, until database: PostgresError, metadata: Logger.Metadata) async {
        logger.warning("the result waits for the database: \(database)", metadata: metadata)
        for _ in 0..<settings.leaseSeconds where !Task.isCancelled {
            do {
                return try await store.postpone(claim, for: Double.random(in: 1...3))
            } catch {
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
        // The lease has run out by now, and the task is free again by that.
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

    /// Puts a suspect back that this worker has no room for, whatever it is: that is no fault of its own.
    private func postpone(_ claim: Claim, untilRoom failure: TaskFailure, metadata: Logger.Metadata) async {
        do {
            try await store.postpone(claim, for: Double.random(in: 2...4))
            logger.warning("postponed: \(failure.reason)", metadata: metadata)
        } catch {
            logger.warning("the claim could not be put back and will run out: \(error)", metadata: metadata)
        }
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

    private func count(_ claim: Claim, _ outcome: String) {
        Measure.count(MetricNames.attempts, [("kind", claim.kind.rawValue), ("outcome", outcome)])
    }

    private func end(_ claim: Claim, after error: any Error, isLost: Bool, metadata: Logger.Metadata) async {
        if let error = error as? StoreError, error.code == .superseded {
            count(claim, "superseded")
            logger.warning("a late result was dropped: \(error)", metadata: metadata)
            return
        }
        if let error = error as? RegistryError, error.code == .throttled, !isLost, !Task.isCancelled {
            return await postpone(claim, after: error, metadata: metadata)
        }
        if let error = error as? PostgresError, error.isRefusalOfAll, !isLost, !Task.isCancelled {
            count(claim, "postponed")
            return await postpone(claim, until: error, metadata: metadata)
        }
        let want: Want? = isLost || Task.isCancelled ? nil : await want(of: claim, after: error)
        if want == .fullDisk {
            count(claim, "postponed")
            return await postpone(claim, untilRoom: TaskFailure(error), metadata: metadata)
        }
        let failure = want == .hopeless ? TaskFailure(hopeless: TaskFailure(error)) : TaskFailure(error)
        // Only these two stop a task; what calls itself cancelled for another reason has failed.
        let isGivenBack = isLost || Task.isCancelled
        count(claim, isLost ? "lease_lost" : isGivenBack ? "given_back" : "failed")
        // The claim must be ended even while the worker is being stopped, hence a task of its own, awaited here.
        let ending = Task {
            if isGivenBack {
                try await store.release(claim)
            } else if failure.isLoss {
                try await store.lose(claim, reason: failure.reason)
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
