import DedicatedThread
package import FleetRegistry
import LayerScan
package import Logging
package import Queue
import Registry
package import Store
package import Telemetry

/// Claims tasks and carries them out until it is told to stop.
package struct Worker: Sendable {
    /// Stored bytes of layers that are kept decoded, twice; the stored bytes are their names.
    private static let decodedBytes = 512 << 10
    /// How often a worker whose disk is full looks for room.
    private static let roomInterval = Duration.seconds(2)
    /// How long a slot that the window leaves out waits before it looks again.
    private static let outsideWindow = Duration.milliseconds(50)

    let settings: WorkerSettings
    let feed: WorkFeed
    let leases: LeaseRenewal
    let store: Store
    let runner: TaskRunner
    let collection: CollectionSwitch
    private let window: SlotWindow
    private let threads: ThreadPool
    private let foldThreads: ThreadPool
    private let interactiveThread: ThreadPool
    let solitude = Solitude()
    private let outages = Outages()
    let room: ScratchRoom
    let logger: Logger
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
    func hasRoom() async -> Bool {
        do {
            let (folder, bytes) = (settings.scratchDirectory, settings.limits.memoryBytes)
            try await foldThreads.run { try LayerScanner.checkScratch(folder, bytes: bytes) }
            return true
        } catch {
            return false
        }
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

    /// A thread is a layer's for its whole download: what a fold slot has claimed is not to wait for that, nor is what
    /// somebody waits for, whichever slot has it.
    private func threads(of slot: Slot, for entry: WorkFeed.Entry) -> ThreadPool {
        switch slot {
        case .bulk where entry.priority == 0 && threads.isBusy && !interactiveThread.isBusy: interactiveThread
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
                try await handle(entry, on: threads(of: slot, for: entry))
            } catch {
                // Redis and PostgreSQL have their own words for it.
                guard !Task.isCancelled else { return }
                outages.failed(error, "worker", logger)
                try? await Task.sleep(for: .seconds(1))  // a cancelled sleep ends the loop
            }
        }
    }
}
