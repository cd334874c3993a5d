package import Reports

/// Everything that a capacity benchmark found, in the form in which it is written.
package struct CapacityReport: Sendable, Codable {
    /// What was made, and where it ran.
    package struct Setup: Sendable, Codable {
        package var profile: String
        package var images: Int
        package var seed: UInt64
        /// The part of a layer's real size that was made.
        package var scale: Double
        package var latencyMilliseconds: Double
        package var megabitsPerSecond: Double?
        package var cores: Int
        package var processor: String
        package var version: String

        package init(
            profile: String,
            images: Int,
            seed: UInt64,
            scale: Double,
            latencyMilliseconds: Double,
            megabitsPerSecond: Double?,
            cores: Int,
            processor: String,
            version: String
        ) {
            self.profile = profile
            self.images = images
            self.seed = seed
            self.scale = scale
            self.latencyMilliseconds = latencyMilliseconds
            self.megabitsPerSecond = megabitsPerSecond
            self.cores = cores
            self.processor = processor
            self.version = version
        }
    }

    /// A run beside what the model says of it.
    package struct Comparison: Sendable, Codable {
        package var run: String
        package var workers: Int
        /// Whether the model knew this run.
        package var isFitted: Bool
        package var measuredSeconds: Double
        package var predictedSeconds: Double
        package var bound: String

        /// How far the prediction is off, as a part of what was measured.
        package var error: Double { measuredSeconds > 0 ? predictedSeconds / measuredSeconds - 1 : 0 }
    }

    package var schema = "tallyman.capacity/1"
    package var setup: Setup
    package var runs: [RunMeasurement]
    package var model: CostModel
    package var comparisons: [Comparison]
    package var plans: [CapacityPlan]

    /// Fits the model to the first scans but the last of them, which it is tried on, and plans `wanted`.
    package init(
        setup: Setup,
        runs: [RunMeasurement],
        plans wanted: [(title: String, load: Workload, hours: Double)]
    ) {
        self.setup = setup
        self.runs = runs
        let scans = runs.indices.filter { runs[$0].kind != .rescan }
        let heldOut = scans.count > 1 ? scans.last : nil
        let known = scans.filter { $0 != heldOut }.map { runs[$0] }
        let model = CostModel(known, cores: setup.cores, megabitsPerSecond: setup.megabitsPerSecond)
        self.model = model
        comparisons = scans.map { index in
            let run = runs[index]
            let free = Double(setup.cores) - run.othersCores
            let predicted = model.predict(run.load, workers: run.workers, cores: free)
            return Comparison(
                run: run.name,
                workers: run.workers,
                isFitted: index != heldOut,
                measuredSeconds: run.seconds,
                predictedSeconds: predicted.seconds,
                bound: predicted.bound
            )
        }
        plans = wanted.map { CapacityPlan($0.title, load: $0.load, hours: $0.hours, model: model) }
    }

    /// The tables for people.
    package func tables(_ appearance: TextAppearance) -> String {
        [runTable(appearance), costTable(appearance), comparisonTable(appearance), planTable(appearance)]
            .joined(separator: "\n")
    }

    private func number(_ value: Double, _ places: Int = 1) -> TextTable.Cell {
        .init(Figures.decimal(value, places: places))
    }

    private func runTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("RUN"), .init("IMAGES/H", .right), .init("LAYERS/S", .right), .init("MB/S", .right),
            .init("SECONDS", .right), .init("LIST", .right), .init("WORK", .right), .init("MATCH", .right),
            .init("FETCHED", .right), .init("AVOIDED", .right), .init("UNIQUE", .right), .init("QUEUE WAIT", .right),
            .init("IN HAND", .right), .init("WORKER PEAK", .right), .init("OTHERS' CPU", .right),
        ])
        for run in runs {
            table.append([
                "\(run.name)", .init(Figures.count(Int(run.imagesPerHour))), number(run.layersPerSecond),
                number(run.megabytesPerSecond), number(run.seconds), number(run.listSeconds), number(run.workSeconds),
                number(run.matchSeconds), .init(Figures.bytes(run.load.bytes)), .init(Figures.bytes(run.bytesAvoided)),
                number(run.uniqueLayerRatio, 2), .init("\(Figures.decimal(run.queueWait, places: 1)) s"),
                number(run.inHand), .init(Figures.bytes(run.workerPeakBytes)), number(run.othersCores, 2),
            ])
        }
        return table.render(appearance)
    }

    private func costTable(_ appearance: TextAppearance) -> String {
        let parts = WorkerPart.allCases.map(\.rawValue)
        let processes = ["worker", "coordinator", "postgres", "redis", "registry"]
        var table = TextTable(
            [.init("CPU SECONDS")] + runs.map { .init($0.name, .right) }
        )
        for process in processes {
            table.append(["\(process)"] + runs.map { number($0.cpu[process] ?? 0, 2) })
            guard process == "worker" else { continue }
            for part in parts { table.append(["  \(part)"] + runs.map { number($0.workerParts[part] ?? 0, 2) }) }
        }
        return table.render(appearance)
    }

    private func comparisonTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("MODEL"), .init("", .left), .init("MEASURED S", .right), .init("PREDICTED S", .right),
            .init("ERROR", .right), .init("BOUND BY"),
        ])
        for line in comparisons {
            table.append([
                "\(line.run)", line.isFitted ? "fitted" : "held out", number(line.measuredSeconds),
                number(line.predictedSeconds), .init("\(Figures.decimal(line.error * 100, places: 1)) %"),
                "\(line.bound)",
            ])
        }
        return table.render(appearance)
    }

    private func planTable(_ appearance: TextAppearance) -> String {
        var table = TextTable([.init("PLAN")] + plans.map { .init($0.title, .left) })
        func row(_ name: String, _ value: (CapacityPlan) -> String) {
            table.append(["\(name)"] + plans.map { .init(value($0)) })
        }
        row("images") { Figures.count($0.load.images) }
        row("hours") { Figures.decimal($0.hours, places: 1) }
        row("distinct layers") { Figures.count($0.load.layers) }
        row("to fetch") { Figures.bytes($0.load.bytes) }
        row("workers") { $0.workers.map { Figures.count($0) } ?? "no number is enough" }
        row("processors for them") { "\($0.workerCores)" }
        row("PostgreSQL") {
            "\($0.databaseCores) processors, \(Figures.bytes($0.databaseMemoryBytes)) memory, "
                + "\(Figures.bytes($0.databaseBytes)) of data, \($0.connections) connections"
        }
        row("registry must give") { "\(Figures.decimal($0.registryMegabits, places: 0)) Mbit/s" }
        row("listing and matching") { "\(Figures.decimal($0.listHours, places: 2)) h" }
        row("bound by") { $0.bound }
        row("on this machine") { "\(Figures.decimal($0.hoursHere, places: 1)) h" }
        return table.render(appearance)
    }
}
