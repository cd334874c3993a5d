import Catalogers
import Coordinator
import FleetRegistry
import Foundation
import Logging
import Postgres
import Queue
import Redis
import Registry
import Store
import Testing
import Worker

/// A fleet of a test's own: its database, its queue, and services as tasks of this process.
struct Fleet: Sendable {
    /// Rounds on end in which the database may refuse to move a run on.
    static let maxRefusals = 10

    let store: Store
    let postgres: String
    let redis: String
    let connection: RedisConnection

    /// As `FLUSHALL` does it, without the databases of others.
    func flushRedis() async throws { try await connection.command(["FLUSHDB"]) }

    /// All that Redis holds for this fleet, as a replica or a snapshot has it.
    func queueContent() async throws -> [String: [UInt8]] {
        let keys = try await connection.command(["KEYS", "*"]).strings ?? []
        let dumps = try await connection.pipeline(keys.map { ["DUMP", RedisArgument($0)] })
        // A key that went meanwhile is in no copy.
        return Dictionary(
            uniqueKeysWithValues: zip(keys, dumps).compactMap { key, dump in dump.bytes.map { (key, $0) } }
        )
    }

    /// Puts other content in the place of what Redis holds, in one step.
    func replaceQueue(with content: [String: [UInt8]]) async throws {
        let restores = content.sorted { $0.key < $1.key }.map { key, bytes in
            ["RESTORE", RedisArgument(key), 0, RedisArgument(bytes)]
        }
        for reply in try await connection.pipeline([["MULTI"], ["FLUSHDB"]] + restores + [["EXEC"]]) {
            _ = try reply.get()
        }
    }

    /// Runs a coordinator until the task is cancelled; `listingPauses` in place of those that a registry is given.
    func coordinate(
        maxAnnounced: Int = 5_000,
        listingPauses: [Duration]? = nil,
        largeRun: Int = 1_000
    ) async throws {
        try await withServices(connections: 6) { store, access in
            var settings = CoordinatorSettings(analysisVersion: Catalogers.analysisVersion)
            settings.interval = .milliseconds(50)
            settings.maxAnnounced = maxAnnounced
            settings.largeRun = largeRun
            settings.planAheadInterval = .milliseconds(200)
            settings.maxRefusals = Self.maxRefusals
            if let listingPauses { settings.listingPauses = listingPauses }
            let coordinator = Coordinator(
                store: store,
                dispatcher: Dispatcher(url: redis),
                access: access,
                settings: settings,
                logger: Self.logger
            )
            try await coordinator.run()
        }
    }

    /// Runs a worker until the task is cancelled.
    func work(_ name: String, lease: Int = 15, _ change: (inout WorkerSettings) -> Void = { _ in }) async throws {
        try await withServices(connections: 5) { store, access in
            var settings = WorkerSettings(name: name)
            settings.leaseSeconds = lease
            change(&settings)
            let worker = try Worker(
                store: store,
                feed: WorkFeed(url: redis, worker: name),
                access: access,
                settings: settings,
                logger: Self.logger
            )
            await worker.run()
        }
    }

    /// Runs `body` beside a coordinator and workers.
    func withServices(
        workers: Int,
        listingPauses: [Duration]? = nil,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await coordinate(listingPauses: listingPauses) }
            for number in 0..<workers { group.addTask { try await work("worker-\(number)") } }
            try await body()
        }
    }

    /// Runs `body` beside one worker.
    func withWorker(
        _ name: String,
        lease: Int = 15,
        change: @escaping @Sendable (inout WorkerSettings) -> Void = { _ in },
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work(name, lease: lease, change) }
            try await body()
        }
    }

    func request(_ targets: [String]) async throws -> Int {
        try await store.requestRun(targets: targets, platform: "", priority: 1)
    }

    /// Requests a run that somebody waits for.
    func requestUrgently(_ target: String) async throws -> Int {
        try await store.requestRun(targets: [target], platform: "", priority: 0)
    }

    /// Requests a run and waits for its end.
    func scan(_ targets: String...) async throws -> RunStatus { try await finished(try await request(targets)) }

    func finished(_ run: Int) async throws -> RunStatus {
        try await eventually("run \(run) ends") {
            let status = try await store.status(run: run)
            return status.run.state.isFinished ? status : nil
        }
    }

    /// Looks again and again until there is a value; a minute is more than any test here takes.
    func eventually<Value>(_ what: String, _ look: () async throws -> Value?) async throws -> Value {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if let value = try await look() { return value }
            try await Task.sleep(for: .milliseconds(30))
        }
        Issue.record("waited a minute in vain: \(what)")
        throw CancellationError()
    }

    /// Waits until the condition holds: what follows `SELECT`.
    func waitUntil(_ condition: String) async throws {
        try await eventually(condition) {
            try await store.pool.run { try $0.execute("SELECT \(condition)").first?.bool(0) } == true ? () : nil
        }
    }

    func texts(_ sql: String) async throws -> [String] {
        try await store.pool.run { try $0.execute(sql).map { try $0.string(0) } }
    }

    /// Images of a run as "REPOSITORY:TAG STATE", in order.
    func outcomes(_ run: Int) async throws -> [String] {
        try await store.images(run: run).map { image in
            "\(image.image.split(separator: "/", maxSplits: 1).last ?? "") \(image.state)"
        }
    }

    /// Everything that a run finds, without the numbers that depend on the order of events.
    func results() async throws -> [String] {
        try await texts(
            """
            SELECT concat_ws(' ', digest, size, diff_id, md5(report), md5(paths)) FROM layers
                LEFT JOIN layer_reports ON layer_id = layers.id ORDER BY digest
            """
        )
            + texts(
                """
                SELECT concat_ws(' ', manifests.digest, distros.name, package_layers, package_owned, (
                    SELECT string_agg(concat_ws('/', type, packages.name, version, arch), ' ' ORDER BY place)
                    FROM unnest(package_ids) WITH ORDINALITY AS held(id, place) JOIN packages USING (id)))
                FROM manifests LEFT JOIN inventories ON manifest_id = manifests.id
                    LEFT JOIN distros ON distros.id = inventories.distro ORDER BY manifests.digest
                """
            )
            + texts("SELECT concat_ws(' ', tag, state, reason) FROM run_images ORDER BY run_id, 1")
            + texts("SELECT concat_ws(' ', state, reason) FROM runs ORDER BY id")
    }

    private static var logger: Logger {
        var logger = Logger(label: "fleet")
        logger.logLevel =
            ProcessInfo.processInfo.environment["TALLYMAN_LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) }
            ?? .critical
        return logger
    }

    private func withServices(connections: Int, _ body: (Store, RegistryAccess) async throws -> Void) async throws {
        let store = Store(url: postgres, connections: connections)
        var options = RegistryOptions()
        options.maxAttempts = 2
        options.backoffBase = .milliseconds(10)
        let access = RegistryAccess(
            store: store,
            box: nil,
            options: options,
            environment: [:],
            redis: redis,
            logger: Self.logger
        )
        try await body(store, access)
        await access.shutdown()
        await store.close()
    }
}
