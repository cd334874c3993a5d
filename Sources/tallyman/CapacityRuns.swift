import CapacityBenchmark
import Foundation
import Logging
import Reports
import Store
import Supervisor
import SyntheticFleet
import Worker

/// Scans a synthetic fleet with each number of workers, every time from an empty database.
struct CapacityRuns: Sendable {
    let fleet: CapacityFleet
    let slots: Int?

    func measure(workers: [Int]) async throws -> [RunMeasurement] {
        var runs: [RunMeasurement] = []
        var registry = try await fleet.serve(images: fleet.images)
        defer { registry.terminate() }
        describe(registry.ready)
        for count in workers {
            try await withFolder { folder in
                runs.append(try await scan(registry, .full, workers: count, folder: folder))
                guard fleet.profile == .churn else { return }
                let port = registry.port
                await registry.stop()
                let added = max(1, fleet.images * FleetProfile.churnPercent / 100)
                registry = try await fleet.serve(images: fleet.images, added: added, port: port)
                runs.append(try await scan(registry, .rescan, workers: count, folder: folder))
                await registry.stop()
                registry = try await fleet.serve(images: fleet.images, port: port)
            }
        }
        guard workers.count == 1, fleet.images > 1 else { return runs }
        await registry.stop()
        registry = try await fleet.serve(images: fleet.images / 2)
        try await withFolder { folder in
            runs.append(try await scan(registry, .smaller, workers: workers[0], folder: folder))
        }
        return runs
    }

    private func describe(_ ready: BenchRegistry.Ready) {
        ConsoleOutput.error(
            "fleet: \(Figures.count(ready.images)) images, \(Figures.count(ready.layers)) distinct layers, "
                + "\(Figures.bytes(ready.distinctBytes)) to fetch, \(Figures.bytes(ready.allBytes)) image by image"
        )
    }

    /// A folder for one database, which is gone afterwards.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "tallyman-bench.\(getpid()).\(UInt32.random(in: 0 ... .max))"
        // Under root the servers' account has to pass.
        guard mkdir(folder, 0o755) == 0, chmod(folder, 0o755) == 0 else { throw UserFile.unwritable(folder, errno) }
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left lies in the temporary folder
        try await body(folder)
    }

    private func scan(
        _ registry: RunningRegistry,
        _ kind: RunMeasurement.Kind,
        workers: Int,
        folder: String
    ) async throws -> RunMeasurement {
        let costs = "\(folder)/costs-\(kind.rawValue)"
        try UserFile.makeFolder(costs)
        var options = UpOptions(
            dataDirectory: "\(folder)/data",
            workers: workers,
            listen: "127.0.0.1:0",
            executable: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        )
        options.extraEnvironment = [CostsFile.variable: costs]
        let level = try Settings()[ServiceLog.level] ?? "critical"
        options.extraEnvironment[Settings.variable(ServiceLog.level)] = level
        // What listing costs can be told from the rest only while nothing else is done.
        options.extraEnvironment["TALLYMAN_PLAN_AHEAD_SECONDS"] = "1000000"
        let slots = self.slots ?? WorkerSettings.defaultSlots
        options.extraEnvironment["TALLYMAN_SLOTS"] = "\(slots)"
        var logger = try ServiceLog.logger("bench")
        logger.logLevel = .error
        let up = Up(options, logger: logger)
        let (started, starting) = AsyncStream<Endpoints>.makeStream()
        let scan = CapacityScan(registry: registry.ready, kind: kind, workers: workers, slots: slots)
        var found: RunMeasurement?
        try await withThrowingTaskGroup(of: RunMeasurement?.self) { group in
            group.addTask {
                try await up.run(
                    migrate: { url in
                        let store = Store(url: url, connections: 1)
                        _ = try await Migrations.apply(on: store.pool)
                        await store.close()
                    },
                    onReady: { starting.yield($0) }
                )
                return nil
            }
            group.addTask {
                for await endpoints in started {
                    return try await scan.measure(endpoints, advisories: "\(folder)/advisories")
                }
                return nil
            }
            found = try await group.next() ?? nil
            group.cancelAll()
            while try await group.next() != nil {}
        }
        guard var run = found else { throw CancellationError() }
        run.workerParts = scan.parts(of: run, costs: CostsFile.read(folder: costs))
        return run
    }
}
