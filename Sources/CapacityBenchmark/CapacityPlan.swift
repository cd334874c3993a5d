import Foundation

/// How many workers, and which database, some number of images in some number of hours takes.
package struct CapacityPlan: Sendable, Codable {
    /// Processors are not planned to be busier than this, so that a slow night does not become a lost one.
    private static let usage = 0.7
    private static let maxWorkers = 4096

    package var title: String
    package var load: Workload
    package var hours: Double
    /// Worker processes; `nil` where no number is enough.
    package var workers: Int?
    /// Processors for workers and coordinator.
    package var workerCores: Int
    package var databaseCores: Int
    package var databaseBytes: Int64
    package var databaseMemoryBytes: Int64
    package var connections: Int
    /// Megabits a second that the registry has to give.
    package var registryMegabits: Double
    package var listHours: Double
    package var bound: String
    /// What the machine of the measurement would take for it, with its own processors and enough workers, in hours.
    package var hoursHere: Double

    /// Plans a fleet with the costs of a model.
    package init(_ title: String, load: Workload, hours: Double, model: CostModel) {
        self.title = title
        self.load = load
        self.hours = hours
        let serial = Double(load.images) * (model.listSecondsPerImage + model.matchSecondsPerImage)
        listHours = serial / 3600
        let budget = hours * 3600 - serial
        let store = model.storeSeconds(load)
        let others = max(0, model.cpuSeconds(load) - store)
        func cores(_ seconds: Double) -> Int {
            budget > 0 ? max(1, Int((seconds / budget / Self.usage).rounded(.up))) : 0
        }
        workerCores = cores(others)
        databaseCores = cores(store)
        databaseBytes = Int64(model.databaseBytesPerImage * Double(load.images))
        // A quarter of the tables and indexes is what a night touches again and again.
        databaseMemoryBytes = max(1 << 30, databaseBytes / 4)
        registryMegabits = budget > 0 ? Double(load.bytes) * 8 / 1e6 / budget : 0
        let all = Double(workerCores + databaseCores)
        func prediction(_ workers: Int) -> CostModel.Prediction {
            model.predict(load, workers: workers, cores: all, withRegistry: false)
        }
        workers = nil
        bound = "listing and matching alone take \(String(format: "%.1f", serial / 3600)) hours"
        if budget > 0 {
            var low = 1
            var high = Self.maxWorkers
            if prediction(high).workSeconds <= budget {
                while low < high {
                    let middle = (low + high) / 2
                    if prediction(middle).workSeconds <= budget { high = middle } else { low = middle + 1 }
                }
                workers = low
            }
            bound = prediction(workers ?? Self.maxWorkers).bound
        }
        connections = 60 + 12 * (workers ?? 0)
        hoursHere = model.predict(load, workers: max(model.cores, workers ?? 1), withRegistry: false).seconds / 3600
    }
}
