/// What a unit of work costs, taken from measured runs, and what follows from that for runs that were not measured.
///
/// CPU is accounted, not fitted: what went into fetching, inflating and digests counts by the byte, what went into reading
/// evidence, storing and queueing by the layer, folding, listing and matching by the image. Only the waiting of a round,
/// which nobody measures directly, is fitted: so that the queueing model gives the throughput that was seen.
package struct CostModel: Sendable, Codable {
    /// Worker CPU for a byte of a compressed layer: fetch, inflate, both digests.
    package var workerSecondsPerByte = 0.0
    /// Worker CPU for a layer, whatever its size.
    package var workerSecondsPerLayer = 0.0
    /// Worker CPU for the fold of an image.
    package var workerSecondsPerImage = 0.0
    /// CPU of PostgreSQL and Redis for a task, layer or fold.
    package var storeSecondsPerTask = 0.0
    /// CPU of coordinator and PostgreSQL for an image while it is listed.
    package var listCPUPerImage = 0.0
    package var coordinatorSecondsPerImage = 0.0
    /// CPU of the benchmark's own registry, which a real fleet's scanner does not pay.
    package var registrySecondsPerByte = 0.0
    package var registrySecondsPerLayer = 0.0
    /// Wall time of listing and of matching for an image; neither depends on the number of workers.
    package var listSecondsPerImage = 0.0
    package var matchSecondsPerImage = 0.0
    /// Waiting for the registry, the queue and the database in the course of a layer's task.
    package var waitPerLayer = 0.0
    /// Megabits a second that the registry gives in all; `nil` without bound.
    package var megabitsPerSecond: Double?
    package var databaseBytesPerImage = 0.0
    package var cores: Int
    package var slots: Int

    /// What a run will take, in seconds, and what holds it back.
    package struct Prediction: Sendable, Codable {
        package var seconds: Double
        package var workSeconds: Double
        package var layersPerSecond: Double
        /// How busy the processors and the registry's network are, 0 to 1.
        package var processors: Double
        package var network: Double
        package var bound: String
    }

    /// Takes the costs from runs of some work with `cores` processors; there must be one at least.
    package init(_ runs: [RunMeasurement], cores: Int, megabitsPerSecond: Double?) {
        self.cores = cores
        self.megabitsPerSecond = megabitsPerSecond
        slots = runs.first?.slots ?? 1
        func sum(_ value: (RunMeasurement) -> Double) -> Double { runs.reduce(0) { $0 + value($1) } }
        func ratio(_ value: Double, _ count: Double) -> Double { count > 0 ? value / count : 0 }
        let bytes = sum { Double($0.load.bytes) }
        let layers = sum { Double($0.load.layers) }
        let images = sum { Double($0.load.images - $0.reusedImages) }
        let listed = sum { Double($0.load.images) }
        let perByte = WorkerPart.allCases.filter { $0.basis == .byte }.map(\.rawValue)
        let perImage = WorkerPart.allCases.filter { $0.basis == .image }.map(\.rawValue)
        let ofBytes = sum { run in perByte.reduce(0) { $0 + (run.workerParts[$1] ?? 0) } }
        let ofImages = sum { run in perImage.reduce(0) { $0 + (run.workerParts[$1] ?? 0) } }
        workerSecondsPerByte = ratio(ofBytes, bytes)
        workerSecondsPerImage = ratio(ofImages, images)
        workerSecondsPerLayer = ratio(max(0, sum { $0.workCPU("worker") } - ofBytes - ofImages), layers)
        storeSecondsPerTask = ratio(sum { $0.workCPU("postgres") + $0.workCPU("redis") }, layers + images)
        coordinatorSecondsPerImage = ratio(sum { $0.workCPU("coordinator") }, images)
        listCPUPerImage = ratio(
            sum { ($0.listCPU["coordinator"] ?? 0) + ($0.listCPU["postgres"] ?? 0) },
            listed
        )
        // Of the registry's CPU no part is measured apart; half is taken to go by the byte.
        registrySecondsPerByte = ratio(sum { $0.workCPU("registry") } / 2, bytes)
        registrySecondsPerLayer = ratio(sum { $0.workCPU("registry") } / 2, layers)
        listSecondsPerImage = ratio(sum(\.listSeconds), listed)
        matchSecondsPerImage = ratio(sum(\.matchSeconds), listed)
        databaseBytesPerImage = ratio(sum { Double($0.databaseBytes) }, listed)
        let measured = runs.filter { $0.load.layers > 0 && $0.workSeconds > 0 }
        waitPerLayer = ratio(
            measured.reduce(0) { sum, run in
                let round = self.round(run.load)
                return sum
                    + QueueingNetwork.wait(
                        forRounds: run.layersPerSecond,
                        customers: run.workers * run.slots,
                        cpu: round.cpu,
                        cores: Double(cores) - run.othersCores,
                        network: round.network
                    )
            },
            Double(measured.count)
        )
    }

    /// What one layer and its share of the images need; with the benchmark's registry where it shares the processors.
    private func round(_ load: Workload, withRegistry: Bool = true) -> (cpu: Double, network: Double) {
        guard load.layers > 0 else { return (0, 0) }
        let bytes = Double(load.bytes) / Double(load.layers)
        let images = Double(load.images) / Double(load.layers)
        var cpu = bytes * workerSecondsPerByte + workerSecondsPerLayer + images * workerSecondsPerImage
        cpu += (1 + images) * storeSecondsPerTask + images * coordinatorSecondsPerImage
        if withRegistry { cpu += bytes * registrySecondsPerByte + registrySecondsPerLayer }
        return (cpu, megabitsPerSecond.map { bytes / ($0 * 125_000) } ?? 0)
    }

    /// CPU seconds of a whole run without the benchmark's registry.
    package func cpuSeconds(_ load: Workload) -> Double {
        round(load, withRegistry: false).cpu * Double(load.layers) + listCPUPerImage * Double(load.images)
    }

    /// CPU seconds of PostgreSQL and Redis in a whole run.
    package func storeSeconds(_ load: Workload) -> Double {
        storeSecondsPerTask * Double(load.layers + load.images)
    }

    /// What a run will take with so many workers on so many processors, by default those of the measurement.
    package func predict(
        _ load: Workload,
        workers: Int,
        cores: Double? = nil,
        withRegistry: Bool = true
    ) -> Prediction {
        let round = self.round(load, withRegistry: withRegistry)
        let network = QueueingNetwork(
            wait: waitPerLayer,
            cpu: round.cpu,
            cores: cores ?? Double(self.cores),
            network: round.network
        )
        let steady = network.throughput(customers: workers * slots)
        let work = steady.rounds > 0 ? Double(load.layers) / steady.rounds : 0
        let rest = (listSecondsPerImage + matchSecondsPerImage) * Double(load.images)
        let bound =
            steady.cpu > 0.8 && steady.cpu >= steady.network
            ? "processors" : steady.network > 0.8 ? "bandwidth" : "waiting (latency): more workers or slots help"
        return Prediction(
            seconds: work + rest,
            workSeconds: work,
            layersPerSecond: steady.rounds,
            processors: steady.cpu,
            network: steady.network,
            bound: bound
        )
    }
}
