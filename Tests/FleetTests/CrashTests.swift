import Glibc
import ScanModel
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("Crashes", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct CrashTests {
        private static let big = TestLayer.dpkg(["big"], filler: 1_000_000)

        private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<3 {
                let layers = [TestLayer.debian(["base"]), TestLayer.dpkg(["app-\(number)"])]
                registry.add(TestImage(layers: layers + (number == 0 ? [Self.big] : [])), as: "app", tag: "\(number)")
            }
            try await body(registry)
        }

        /// What a run with nothing in its way finds.
        private func quietResults(_ registry: FaultRegistry) async throws -> [String] {
            var results: [String] = []
            try await TestServices.withFleet { fleet in
                let coordinator = try ServiceProcess("coordinator", in: fleet)
                let worker = try ServiceProcess("worker", "--name", "quiet", in: fleet)
                #expect(try await fleet.scan(registry.host).byState == ["analysed": 3])
                results = try await fleet.results()
                try await worker.crash()
                try await coordinator.crash()
            }
            registry.setFault(.slow(bytes: 10_000, microseconds: 30_000), at: "app/blobs/\(TestImage.digest(Self.big))")
            return results
        }

        /// Starts a run and waits until the first worker is in the middle of the big layer.
        private func inMidLayer(
            _ fleet: Fleet,
            _ registry: FaultRegistry,
            lease: Int = 3
        ) async throws -> (Int, ServiceProcess) {
            registry.forgetRequests()
            let run = try await fleet.request([registry.host])
            let worker = try ServiceProcess("worker", "--name", "first", "--lease", "\(lease)", in: fleet)
            let digest = TestImage.digest(Self.big).description
            _ = try await fleet.eventually("the big layer is being fetched") { registry.blobRequests[digest] }
            try await Task.sleep(for: .milliseconds(300))
            let leased = "state = 'leased' AND worker = 'first' AND kind = 'layer'"
            try await fleet.waitUntil("EXISTS (SELECT 1 FROM tasks WHERE \(leased))")
            return (run, worker)
        }

        @Test("A worker killed in mid-layer costs nothing but time")
        func killedWorker() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let coordinator = try ServiceProcess("coordinator", in: fleet)
                    let (run, first) = try await inMidLayer(fleet, registry)
                    try await first.crash()
                    let second = try ServiceProcess("worker", "--name", "second", "--lease", "3", in: fleet)
                    #expect(try await fleet.finished(run).run.state == .done)
                    #expect(try await fleet.results() == quiet)
                    #expect(try await fleet.texts("SELECT max(attempt)::text FROM tasks") == ["2"])
                    try await second.crash()
                    try await coordinator.crash()
                }
            }
        }

        @Test("What a dead worker held is free at once where somebody saw it die, however long its leases are")
        func seenDeath() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let coordinator = try ServiceProcess("coordinator", in: fleet)
                    let (run, first) = try await inMidLayer(fleet, registry, lease: 600)
                    try await first.crash()
                    #expect(try await fleet.store.takeBack(worker: "first", isCrash: true) > 0)
                    #expect(try await fleet.store.takeBack(worker: "first", isCrash: true) == 0)
                    let second = try ServiceProcess("worker", "--name", "second", in: fleet)
                    #expect(try await fleet.finished(run).run.state == .done)
                    #expect(try await fleet.results() == quiet)
                    #expect(try await fleet.texts("SELECT max(failures)::text FROM tasks") == ["0"])
                    try await second.crash()
                    try await coordinator.crash()
                }
            }
        }

        @Test(
            "A worker whose terminal closes gives back what it holds, as it does when it is told to stop",
            .enabled(if: !ServiceProcess.isHangupIgnored, "what nohup starts goes on")
        )
        func closedTerminal() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let coordinator = try ServiceProcess("coordinator", in: fleet)
                    let (run, first) = try await inMidLayer(fleet, registry, lease: 600)
                    first.send(SIGHUP)
                    try await fleet.waitUntil(
                        "NOT EXISTS (SELECT 1 FROM tasks WHERE state = 'leased' AND worker = 'first')"
                    )
                    let second = try ServiceProcess("worker", "--name", "second", in: fleet)
                    #expect(try await fleet.finished(run).run.state == .done)
                    #expect(try await fleet.results() == quiet)
                    try await second.crash()
                    try await coordinator.crash()
                }
            }
        }

        @Test("A layer that kills its workers is set aside after a few of them; its neighbours are not")
        func poison() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            let poison = TestLayer.dpkg(["poison"], filler: 400_000)
            registry.add(TestImage(layers: [TestLayer.debian(["base"]), poison]), as: "app", tag: "poison")
            for number in 0..<8 {
                let layers = [TestLayer.debian(["base"]), TestLayer.dpkg(["app-\(number)"], filler: 60_000)]
                registry.add(TestImage(layers: layers), as: "app", tag: "\(number)")
            }
            registry.setFault(.slow(bytes: 5000, microseconds: 20_000), at: "app/blobs/")
            let digest = TestImage.digest(poison).description
            try await TestServices.withFleet { fleet in
                let coordinator = try ServiceProcess("coordinator", in: fleet)
                let run = try await fleet.request([registry.host])
                var deaths = 0
                var worker = try ServiceProcess("worker", "--name", "worker-0", in: fleet)
                let status = try await fleet.eventually("the run ends without the layer") {
                    if registry.blobRequests[digest, default: 0] > deaths {
                        try await Task.sleep(for: .milliseconds(100))
                        try await worker.crash()
                        _ = try await fleet.store.takeBack(worker: "worker-\(deaths)", isCrash: true)
                        deaths += 1
                        worker = try ServiceProcess("worker", "--name", "worker-\(deaths)", in: fleet)
                    }
                    let status = try await fleet.store.status(run: run)
                    return status.run.state.isFinished ? status : nil
                }
                #expect(status.byState == ["analysed": 8, "failed": 1])
                #expect(deaths <= Store.maxFailures + 1)
                #expect(try await fleet.outcomes(run).last == "app:poison failed")
                let dead = try await fleet.texts("SELECT failures || ' ' || error FROM tasks WHERE state = 'dead'")
                #expect(dead == ["\(Store.maxFailures) the worker died"])
                try await worker.crash()
                try await coordinator.crash()
            }
        }

        @Test("A worker paused past its lease cannot bring its late result in")
        func pausedWorker() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let coordinator = try ServiceProcess("coordinator", in: fleet)
                    let (run, first) = try await inMidLayer(fleet, registry)
                    first.send(SIGSTOP)
                    let second = try ServiceProcess("worker", "--name", "second", "--lease", "3", in: fleet)
                    #expect(try await fleet.finished(run).run.state == .done)
                    let tasks = try await fleet.texts("SELECT held::text FROM tasks AS held ORDER BY id")
                    // What the paused worker missed waits for it in its sockets; it reads on where it stopped.
                    first.send(SIGCONT)
                    try await Task.sleep(for: .seconds(4))
                    #expect(first.isRunning)
                    #expect(try await fleet.texts("SELECT held::text FROM tasks AS held ORDER BY id") == tasks)
                    #expect(try await fleet.results() == quiet)
                    #expect(tasks.contains { $0.contains("second") })
                    for process in [first, second, coordinator] { try await process.crash() }
                }
            }
        }

        @Test("A coordinator killed in mid-run is replaced by another")
        func killedCoordinator() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let coordinator = try ServiceProcess("coordinator", in: fleet)
                    let (run, first) = try await inMidLayer(fleet, registry)
                    try await coordinator.crash()
                    let next = try ServiceProcess("coordinator", in: fleet)
                    #expect(try await fleet.finished(run).run.state == .done)
                    #expect(try await fleet.results() == quiet)
                    for process in [first, next] { try await process.crash() }
                }
            }
        }

        @Test("A coordinator stopped in mid-run loses the lead to another, and disturbs nothing when it goes on")
        func pausedCoordinator() async throws {
            try await withRegistry { registry in
                let quiet = try await quietResults(registry)
                try await TestServices.withFleet { fleet in
                    let first = try ServiceProcess("coordinator", in: fleet)
                    _ = try await fleet.eventually("it leads") { try await fleet.store.hasLeader() ? () : nil }
                    let next = try ServiceProcess("coordinator", in: fleet)
                    let (run, worker) = try await inMidLayer(fleet, registry)
                    // Its connection stays up: the kernel answers for it.
                    first.send(SIGSTOP)
                    #expect(try await fleet.finished(run).run.state == .done)
                    let runs = try await fleet.texts("SELECT held::text FROM runs AS held ORDER BY id")
                    first.send(SIGCONT)
                    try await Task.sleep(for: .seconds(2))
                    #expect(first.isRunning)
                    #expect(try await fleet.texts("SELECT held::text FROM runs AS held ORDER BY id") == runs)
                    #expect(try await fleet.results() == quiet)
                    #expect(try await fleet.scan(registry.host).byState == ["reused": 3])
                    for process in [worker, next, first] { try await process.crash() }
                }
            }
        }
    }
}
