import Dispatch
import Postgres
import Store
import TallymanTesting
import Testing
import Worker

extension FleetTests {
    @Suite("A run that somebody waits for")
    struct UrgentRoundTests {
        @Test("does not wait for the layers of a bulk run that a worker fetches, whichever of its slots has its own")
        func besideSlowLayers() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            let slow = (0..<6).map { TestLayer.dpkg(["bulk-\($0)"], filler: 300_000) }
            registry.add(TestImage(layers: slow), as: "bulk", tag: "1")
            registry.add(TestImage(layers: (0..<4).map { TestLayer.dpkg(["pushed-\($0)"]) }), as: "pushed", tag: "1")
            registry.setFault(.slow(bytes: 5_000, microseconds: 100_000), at: "bulk/blobs/")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 0) {
                    let bulk = try await fleet.request(["\(registry.host)/bulk"])
                    let change: @Sendable (inout WorkerSettings) -> Void = { ($0.analyses, $0.slots) = (1, 6) }
                    try await fleet.withWorker("worker", change: change) {
                        try await fleet.waitUntil("EXISTS (SELECT FROM tasks WHERE state = 'leased')")
                        let urgent = try await fleet.requestUrgently("\(registry.host)/pushed")
                        let pushed = try await fleet.finished(urgent)
                        #expect(pushed.byState == ["analysed": 1])
                        let status = try await fleet.store.status(run: bulk)
                        #expect(status.run.state == .running && status.layersAnalysed < 3)
                        registry.setFault(nil, at: "bulk/blobs/")
                        _ = try await fleet.finished(bulk)
                    }
                }
            }
        }

        @Test("does not wait for what the coordinator waits for on behalf of a bulk run")
        func apart() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"])]), as: "bulk", tag: "1")
            registry.add(TestImage(layers: [TestLayer.debian(["pushed"])]), as: "pushed", tag: "1")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 0) {
                    let bulk = try await fleet.request(["\(registry.host)/bulk"])
                    try await fleet.waitUntil("EXISTS (SELECT FROM runs WHERE state = 'running')")
                    let release = DispatchSemaphore(value: 0)
                    // Settling a run begins with its row; for a whole fleet it may take as long as this.
                    async let lock: Void = fleet.store.pool.transaction { session in
                        _ = try session.execute("SELECT FROM runs WHERE id = \(bulk) FOR UPDATE")
                        _ = release.wait(timeout: .now() + 100)
                    }
                    defer { release.signal() }
                    try await fleet.waitUntil(
                        """
                        EXISTS (SELECT FROM pg_stat_activity
                            WHERE datname = current_database() AND wait_event_type = 'Lock')
                        """
                    )
                    try await fleet.withWorker("worker") {
                        let urgent = try await fleet.requestUrgently("\(registry.host)/pushed")
                        let pushed = try await fleet.finished(urgent)
                        #expect(pushed.byState == ["analysed": 1])
                    }
                    release.signal()
                    try await lock
                    try await fleet.withWorker("another") {
                        let rest = try await fleet.finished(bulk)
                        #expect(rest.byState == ["analysed": 1])
                    }
                }
            }
        }
    }
}
