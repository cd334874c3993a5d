import Advisories
import CapacityBenchmark
import Foundation
import Reports
import Store
import Supervisor
import SyntheticFleet
import Worker

/// One scan of the fleet on a running machine, watched from beside.
struct CapacityScan: Sendable {
    /// How often the state is looked at, in milliseconds.
    private static let interval = 100

    let registry: BenchRegistry.Ready
    let kind: RunMeasurement.Kind
    let workers: Int
    let slots: Int

    /// Imports the advisories, waits until every worker is there, scans, and says what it took.
    func measure(_ endpoints: Endpoints, advisories folder: String) async throws -> RunMeasurement {
        let store = Store(url: endpoints.postgres, connections: 1)
        if kind != .rescan {
            try writeAdvisories(folder)
            _ = try await store.importAdvisories(try AdvisoryImport(paths: [folder])) { _ in }
        }
        let emptyBytes = try await store.databaseBytes()
        // The parts connect and take their shards meanwhile.
        try await Task.sleep(for: .seconds(3))
        let before = ProcessTimes.read()
        let start = ContinuousClock.now
        let run = try await store.requestRun(targets: [registry.host], platform: "", priority: 1)
        var watch = Watch(start: start, before: before)
        while true {
            let progress = try await store.taskCounts(run: run)
            watch.note(progress)
            report(progress, watch)
            if progress.state.isFinished { break }
            try await Task.sleep(for: .milliseconds(Self.interval))
        }
        let after = ProcessTimes.read()
        ConsoleOutput.progress(nil)
        let status = try await store.status(run: run)
        let size = try await store.databaseBytes()
        await store.close()
        guard status.run.state == .done, status.layersFailed == 0 else {
            throw UnavailableError("the benchmark's run failed: \(status.run.reason ?? "layers failed")")
        }
        return measurement(status, watch, after - before, databaseBytes: size - emptyBytes)
    }

    private func measurement(
        _ status: RunStatus,
        _ watch: Watch,
        _ spent: ProcessTimes,
        databaseBytes: Int
    ) -> RunMeasurement {
        let load = Workload(images: status.found, layers: status.layersAnalysed, bytes: status.bytesFetched)
        var run = RunMeasurement(kind: kind, workers: workers, slots: slots, load: load)
        run.bytesAvoided = status.bytesAvoided
        run.reusedImages = status.images(.reused)
        run.uniqueLayerRatio = Double(registry.layers) / Double(max(1, registry.layerUses))
        run.seconds = watch.seconds
        run.listSeconds = watch.listed ?? watch.seconds
        run.workSeconds = max(0, (watch.worked ?? run.listSeconds) - run.listSeconds)
        run.layerSeconds = max(0, (watch.fetched ?? run.listSeconds) - run.listSeconds)
        run.matchSeconds = max(0, run.seconds - run.listSeconds - run.workSeconds)
        run.listCPU = watch.listCPU
        run.cpu = spent.cpu
        let ours = spent.cpu.values.reduce(0, +)
        run.othersCores = run.seconds > 0 ? max(0, spent.machine - ours) / run.seconds : 0
        run.queueWait = load.layers > 0 ? watch.queuedSeconds / Double(load.layers) : 0
        run.inHand = run.workSeconds > 0 ? watch.leasedSeconds / run.workSeconds : 0
        run.databaseBytes = Int64(databaseBytes)
        run.workerPeakBytes = spent.workerPeakBytes
        for (thread, seconds) in spent.workerThreads { run.workerParts[thread] = seconds }
        ConsoleOutput.error(
            "\(run.name): \(Figures.decimal(run.seconds, places: 1)) s, "
                + "\(Figures.decimal(run.layersPerSecond, places: 1)) layers/s"
        )
        return run
    }

    /// What the workers' CPU went into, from their threads and from what their analyzers noted.
    func parts(of run: RunMeasurement, costs: [String: Double]) -> [String: Double] {
        let parts = WorkerPart.split(
            run.cpu["worker"] ?? 0,
            threads: run.workerParts,
            costs: costs,
            analysis: WorkerThread.analysis.rawValue,
            fold: WorkerThread.fold.rawValue
        )
        return Dictionary(parts.map { ($0.key.rawValue, $0.value) }) { one, _ in one }
    }

    private func report(_ progress: TaskCounts, _ watch: Watch) {
        guard progress.state == .running else {
            return ConsoleOutput.progress("\(workers) workers: \(progress.state.rawValue)")
        }
        let open = progress.tasksQueued + progress.tasksLeased
        let seconds = watch.seconds - (watch.listed ?? 0)
        let done = max(0, watch.mostOpen - open)
        let rest = done > 0 ? ", ETA \(Int(seconds / Double(done) * Double(open))) s" : ""
        ConsoleOutput.progress("\(workers) workers: \(open) tasks to do\(rest)")
    }

    private func writeAdvisories(_ folder: String) throws {
        let osv = "\(folder)/osv"
        try UserFile.makeFolder(osv)
        try UserFile.makeFolder("\(folder)/debian")
        try OutputFile("\(folder)/debian/tracker.json").write(Array(SyntheticAdvisories.debian.utf8))
        for record in SyntheticAdvisories.languages {
            try OutputFile("\(osv)/\(record.file)").write(Array(record.text.utf8))
        }
    }

    /// What was seen so far.
    private struct Watch {
        let start: ContinuousClock.Instant
        let before: ProcessTimes
        /// Seconds after the start at which the listing and the last task ended.
        var listed: Double?
        var worked: Double?
        /// At which the last layer was there.
        var fetched: Double?
        var listCPU: [String: Double] = [:]
        /// Queued layers and leased tasks, each times the seconds for which they were seen.
        var queuedSeconds = 0.0
        var leasedSeconds = 0.0
        var mostOpen = 0
        var seconds = 0.0

        init(start: ContinuousClock.Instant, before: ProcessTimes) {
            self.start = start
            self.before = before
        }

        mutating func note(_ progress: TaskCounts) {
            let now = (ContinuousClock.now - start) / .seconds(1)
            let step = now - seconds
            seconds = now
            guard progress.state != .requested, progress.state != .listing else { return }
            if listed == nil {
                listed = now
                listCPU = (ProcessTimes.read() - before).cpu
            } else {
                // Little's law: what the queue held, over time, is what its tasks waited.
                queuedSeconds += Double(progress.layersQueued) * step
                leasedSeconds += Double(progress.tasksLeased) * step
            }
            let open = progress.tasksQueued + progress.tasksLeased
            mostOpen = max(mostOpen, open)
            if open > 0 { worked = now }
            if progress.layersQueued + progress.layersLeased > 0 { fetched = now }
        }
    }
}
