import ArgumentParser
import Catalogers
import Coordinator
import FleetRegistry
import Foundation
import Logging
import Notifier
import Queue
import Store
import Supervisor
import Telemetry
import Worker

/// The command `tallyman migrate`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the fleet's database schema up to date.",
        discussion: "Safe to run at any time and from several places: steps are numbered and applied under a lock."
    )

    @OptionGroup var fleet: FleetOptions

    func run() async throws {
        let store = Store(url: try fleet.postgresURL(), connections: 1)
        let applied = try await Migrations.apply(on: store.pool)
        await store.close()
        ConsoleOutput.line(applied.isEmpty ? "the schema is up to date" : "applied \(applied.joined(separator: ", "))")
    }
}

/// The command `tallyman coordinator`.
struct CoordinatorCommand: AsyncParsableCommand {
    private static let watchMinutes = 60
    private static let planAheadRange = 1...1_000_000

    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Lists registries, plans runs, announces tasks, settles and matches images.",
        discussion: """
            Start as many as you like: one leads, another takes over when it is gone. After
            each run it removes what is older than TALLYMAN_KEEP_RUNS_DAYS (30) and images
            that were named by no tag for TALLYMAN_KEEP_IMAGES_DAYS (90); the last good
            result of a tagged image always stays.

            Layers are begun when all is listed, or every TALLYMAN_PLAN_AHEAD_SECONDS (30)
            while that takes longer; so are folds of images whose layers are all there.

            Each also empties the outbox of notifications (`tallyman notify`), starts a run
            over watched repositories and tags every TALLYMAN_WATCH_MINUTES (60; 0 for
            never), and carries out the rules of archives every hour.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var metrics: MetricsOptions
    @OptionGroup var targets: NotifyOptions

    func run() async throws {
        let logger = try ServiceLog.logger("coordinator")
        let counted = ProcessMetrics.bootstrap(showing: FirstSeries.coordinator)
        let pulse = Pulse(limit: .seconds(900))
        let redis = try fleet.redisURL()
        let options = try targets.senderOptions()
        // Between two statements it matches a batch of packages, which takes seconds.
        let store = try await fleet.store(connections: 8, idleTransactionTimeout: .seconds(120))
        let access = try fleet.access(store, logger: logger)
        var settings = CoordinatorSettings(analysisVersion: Catalogers.analysisVersion)
        settings.retention = RetentionSettings(
            runDays: try Settings().days("keep-runs-days") ?? settings.retention.runDays,
            imageDays: try Settings().days("keep-images-days") ?? settings.retention.imageDays
        )
        if let seconds = try Settings().number("plan-ahead-seconds", Self.planAheadRange) {
            settings.planAheadInterval = .seconds(seconds)
        }
        let coordinator = Coordinator(
            store: store,
            dispatcher: Dispatcher(url: redis),
            access: access,
            settings: settings,
            pulse: pulse,
            logger: logger
        )
        let shown = ProcessMetrics(
            part: "coordinator",
            process: WorkerName.ofProcess(ProcessInfo.processInfo.processIdentifier),
            board: ProcessBoard(url: redis),
            counted: counted,
            pulse: pulse,
            store: store,
            logger: logger
        )
        let notifier = Notifier(
            store: store,
            sender: MessageSender(box: try fleet.secretBox(), options: options),
            options: options,
            logger: logger
        )
        let chores = FleetChores(
            store: store,
            watchMinutes: try Settings().minutes("watch-minutes") ?? Self.watchMinutes,
            logger: logger
        )
        let listen = try metrics.listen()
        try await UntilSignal.run {
            try await shown.accompany(listen) {
                async let telling: Void = notifier.run()
                async let tidying: Void = chores.run()
                try await coordinator.run()
                _ = await (telling, tidying)
            }
        }
        await access.shutdown()
        await store.close()
    }
}

/// The command `tallyman worker`.
struct WorkerCommand: AsyncParsableCommand {
    private static let slotRange = 1...256
    private static let leaseRange = 3...3600
    private static let defaultLease = 15
    private static let scratchRange = 1...86_400

    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Analyses layers and folds images until it is stopped.",
        discussion: """
            Claims that are not finished when it stops go back into the queue at once.
            Layers for which neither it nor another worker has had room on its disk fail
            after TALLYMAN_SCRATCH_SECONDS (60).

            Every option but --name is also a setting: TALLYMAN_SLOTS, or slots in
            tallyman.yaml.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var metrics: MetricsOptions

    @Option(
        help:
            "Most layers in hand (default: \(WorkerSettings.defaultSlots)); a few more slots are kept for folds and interactive scans."
    )
    var slots: Int?

    @Option(help: "The worker's name, unique in the fleet.")
    var name: String?

    @OptionGroup var clamd: ClamdOption

    @Option(help: "Seconds that a claim holds without a sign of life (default: \(Self.defaultLease)).")
    var lease: Int?

    func validate() throws {
        guard slots.map({ Self.slotRange.contains($0) }) ?? true else {
            throw ValidationError("--slots must be from 1 to 256")
        }
        guard lease.map({ Self.leaseRange.contains($0) }) ?? true else {
            throw ValidationError("--lease must be from 3 to 3600 seconds")
        }
    }

    func run() async throws {
        let logger = try ServiceLog.logger("worker")
        let counted = ProcessMetrics.bootstrap(showing: FirstSeries.worker)
        let pulse = Pulse(limit: .seconds(60))
        let given = try Settings()
        let slots = try self.slots ?? given.number("slots", Self.slotRange) ?? WorkerSettings.defaultSlots
        let lease = try self.lease ?? given.number("lease", Self.leaseRange) ?? Self.defaultLease
        let scratchSeconds = try given.number("scratch-seconds", Self.scratchRange)
        let redis = try fleet.redisURL()
        // One for each slot of a usual worker, those for folds and for what is urgent, and two for leases and settings. What a
        // paused worker has locked is free when its leases are.
        let store = try await fleet.store(
            connections: min(slots, 8) + min(slots, WorkerSettings.defaultAnalyses) + 3,
            idleTransactionTimeout: .seconds(lease)
        )
        let access = try fleet.access(store, logger: logger)
        var settings = WorkerSettings(
            name: name ?? WorkerName.ofProcess(ProcessInfo.processInfo.processIdentifier)
        )
        settings.slots = slots
        settings.leaseSeconds = lease
        settings.malware = try clamd.scanner()
        settings.scratchDirectory = NSTemporaryDirectory()
        if let scratchSeconds { settings.scratchPatience.bound = .seconds(scratchSeconds) }
        let costs = CostsFile(process: settings.name)
        if let costs { settings.costs = costs.costs }
        let worker = try Worker(
            store: store,
            feed: WorkFeed(url: redis, worker: settings.name),
            access: access,
            settings: settings,
            pulse: pulse,
            logger: logger
        )
        let shown = ProcessMetrics(
            part: "worker",
            process: settings.name,
            board: ProcessBoard(url: redis),
            counted: counted,
            pulse: pulse,
            store: store,
            logger: logger
        )
        let listen = try metrics.listen()
        try await UntilSignal.run { try await shown.accompany(listen) { await worker.run() } }
        await access.shutdown()
        await store.close()
        try costs?.write()
    }
}

/// Logs of the long-running parts, on standard error.
enum ServiceLog {
    /// The setting of how much is logged, `TALLYMAN_LOG_LEVEL`.
    static let level = "log-level"

    /// A logger that tells as much as the setting says; a word that is no level is a usage error.
    static func logger(_ label: String) throws -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        guard let word = try Settings()[level] else { return logger }
        guard let level = Logger.Level(rawValue: word) else {
            let words = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("\(Settings.variable(Self.level)) must be one of \(words), not \(word)")
        }
        logger.logLevel = level
        return logger
    }
}

/// Runs a service until it ends by itself or the process is asked to stop.
enum UntilSignal {
    static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (signals, continuation) = AsyncStream<Void>.makeStream()
        let sources = [SIGTERM, SIGINT, SIGHUP].compactMap { number -> (any DispatchSourceSignal)? in
            // A terminal that closes ends what it runs, but for what `nohup` started.
            if IgnoredSignals.contains(signal(number, SIG_IGN)), number == SIGHUP { return nil }
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { for await _ in signals { return } }
            group.addTask { await untilOrphaned() }
            try await group.next()
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// Returns when the `tallyman up` that started this process has died, and not before.
    private static func untilOrphaned() async {
        let parent = ProcessInfo.processInfo.environment["TALLYMAN_SUPERVISOR"].flatMap { Int32($0) }
        while parent == nil || getppid() == parent {
            guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }  // cancelled: the service ended
        }
    }
}
