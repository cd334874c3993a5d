import CapacityBenchmark
import Testing

@Suite("The model of what a scan costs")
struct CostModelTests {
    /// A run of 1000 images with 1500 layers of 4 MB, of which a layer takes `cpu` CPU seconds of the workers.
    private func run(workers: Int, seconds: Double, cpu: Double) -> RunMeasurement {
        var run = RunMeasurement(
            kind: .full,
            workers: workers,
            slots: 2,
            load: Workload(images: 1000, layers: 1500, bytes: 6_000_000_000)
        )
        run.listSeconds = 5
        run.workSeconds = seconds
        run.matchSeconds = 1
        run.seconds = seconds + 6
        run.cpu = ["worker": cpu * 1500, "postgres": 6, "coordinator": 3]
        run.listCPU = ["postgres": 1, "coordinator": 1]
        run.workerParts = ["inflate+digest": cpu * 1000, "fetch": cpu * 200, "inventory": cpu * 100]
        return run
    }

    @Test("A fleet that waits goes twice as fast with twice the workers")
    func fleetWaitsGoesTwice() {
        // Two slots, 0.2 s a layer: ten layers a second.
        let model = CostModel([run(workers: 1, seconds: 150, cpu: 0.002)], cores: 2, megabitsPerSecond: nil)
        let load = Workload(images: 1000, layers: 1500, bytes: 6_000_000_000)
        #expect(abs(model.predict(load, workers: 1).workSeconds - 150) < 1)
        let two = model.predict(load, workers: 2)
        #expect((74...79).contains(two.workSeconds))
        #expect(two.bound.hasPrefix("waiting"))
    }

    @Test("A fleet that computes goes no faster than its processors")
    func fleetComputesGoesNo() {
        let model = CostModel([run(workers: 1, seconds: 150, cpu: 0.18)], cores: 2, megabitsPerSecond: nil)
        let load = Workload(images: 1000, layers: 1500, bytes: 6_000_000_000)
        let four = model.predict(load, workers: 4)
        #expect(four.bound == "processors")
        #expect(four.processors <= 1.0001)
        // 270 CPU seconds of workers and some of the others on two processors.
        #expect(four.workSeconds > 135)
    }

    @Test("A registry that gives so much a second bounds every number of workers")
    func registryGivesSoMuch() {
        let model = CostModel([run(workers: 1, seconds: 150, cpu: 0.002)], cores: 2, megabitsPerSecond: 400)
        let load = Workload(images: 1000, layers: 1500, bytes: 6_000_000_000)
        let many = model.predict(load, workers: 32)
        #expect(many.bound == "bandwidth")
        // 48,000 megabits at 400 a second.
        #expect((120...122).contains(many.workSeconds))
    }

    @Test("Costs by the byte, the layer and the image add up to what was spent")
    func costsByByteLayer() {
        let known = run(workers: 2, seconds: 100, cpu: 0.05)
        let model = CostModel([known], cores: 2, megabitsPerSecond: nil)
        #expect(abs(model.cpuSeconds(known.load) - (0.05 * 1500 + 6 + 3)) < 0.01)
    }

    @Test("A plan has the workers and the database for the time, or says that there are none")
    func planHasWorkersDatabase() {
        let model = CostModel([run(workers: 1, seconds: 150, cpu: 0.02)], cores: 2, megabitsPerSecond: nil)
        let load = Workload(images: 1_000_000, layers: 1_500_000, bytes: 6_000_000_000_000)
        let plan = CapacityPlan("night", load: load, hours: 8, model: model)
        let workers = plan.workers ?? 0
        #expect((5...20).contains(workers))
        let predicted = model.predict(
            load,
            workers: workers,
            cores: Double(plan.workerCores + plan.databaseCores),
            withRegistry: false
        )
        #expect(predicted.seconds <= 8 * 3600)
        #expect(plan.connections == 60 + 12 * workers)
        let never = CapacityPlan("minute", load: load, hours: 0.02, model: model)
        #expect(never.workers == nil)
        #expect(never.bound.contains("alone take"))
    }
}
