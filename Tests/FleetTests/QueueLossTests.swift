import Redis
import ScanModel
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("Losses")
    struct QueueLossTests {
        /// A registry of five images whose layers take about half a second each.
        private func withSlowRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<5 {
                let layers = [TestLayer.debian(["base"]), TestLayer.dpkg(["app-\(number)"], filler: 100_000)]
                registry.add(TestImage(layers: layers), as: "app", tag: "\(number)")
            }
            registry.setFault(.slow(bytes: 5000, microseconds: 25_000), at: "app/blobs/")
            try await body(registry)
        }

        @Test("A Redis that forgets everything in mid-run, again and again, changes nothing in the result")
        func flush() async throws {
            try await withSlowRegistry { registry in
                var quiet: [String] = []
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) { _ = try await fleet.scan(registry.host) }
                    quiet = try await fleet.results()
                }
                registry.forgetRequests()
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("EXISTS (SELECT 1 FROM tasks WHERE state = 'leased')")
                        for _ in 0..<4 {
                            try await fleet.flushRedis()
                            try await Task.sleep(for: .milliseconds(200))
                        }
                        #expect(try await fleet.finished(run).run.state == .done)
                    }
                    #expect(try await fleet.results() == quiet)
                    #expect(try await fleet.texts("SELECT DISTINCT failures::text FROM tasks") == ["0"])
                }
                #expect(registry.blobRequests.values.allSatisfy { $0 == 1 })
            }
        }

        @Test("Streams that vanish from Redis are announced anew")
        func lostStreams() async throws {
            try await withSlowRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil(
                            "count(*) = 6 AND bool_and(dispatched_epoch IS NOT NULL) FROM tasks"
                        )
                        let streams = try await fleet.connection.command(["KEYS", "tallyman:{*"]).strings ?? []
                        #expect(!streams.isEmpty)
                        try await fleet.connection.command(["DEL"] + streams.map { RedisArgument($0) })
                        try await fleet.withWorker("late") {
                            let status = try await fleet.finished(run)
                            #expect(status.byState == ["analysed": 5])
                        }
                    }
                }
            }
        }

        @Test("A worker that is told to stop in mid-layer gives its claims back at once")
        func stoppedWorker() async throws {
            try await withSlowRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        let worker = Task { try await fleet.work("stopped", lease: 600) }  // awaited below
                        try await fleet.waitUntil("count(*) = 2 FROM tasks WHERE state = 'leased'")
                        _ = try await fleet.eventually("a layer is being fetched") {
                            registry.blobRequests.count > 5 ? () : nil
                        }
                        worker.cancel()
                        _ = await worker.result
                        #expect(try await fleet.texts("SELECT id::text FROM tasks WHERE state = 'leased'").isEmpty)
                        #expect(try await fleet.texts("SELECT id::text FROM tasks WHERE failures > 0").isEmpty)
                        try await fleet.withWorker("next") {
                            let status = try await fleet.finished(run)
                            #expect(status.byState == ["analysed": 5])
                        }
                    }
                }
            }
        }
    }
}
