import Dispatch
import Postgres
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("A coordinator whose session the server has ended")
    struct LostLeadTests {
        @Test("lists no further, whatever its round waits for: what it found another may have cleared away")
        func listing() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"])]), as: "app", tag: "1")
            registry.setFault(.status(503), at: "app/tags/")
            // It would go on for minutes.
            let pauses = [Duration](repeating: .milliseconds(200), count: 1000)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 0, listingPauses: pauses) {
                    let run = try await fleet.request([registry.host])
                    _ = try await fleet.eventually("it is being listed") { registry.requests.count > 6 ? () : nil }
                    let release = DispatchSemaphore(value: 0)
                    // Each round asks for the setting, and a listing only at its end.
                    async let lock: Void = fleet.store.pool.transaction { session in
                        _ = try session.execute("LOCK TABLE fleet_settings IN ACCESS EXCLUSIVE MODE")
                        _ = release.wait(timeout: .now() + 100)
                    }
                    defer { release.signal() }
                    try await fleet.waitUntil(
                        """
                        EXISTS (SELECT FROM pg_stat_activity
                            WHERE datname = current_database() AND wait_event_type = 'Lock')
                        """
                    )
                    let ended = try await fleet.texts(
                        """
                        SELECT pg_terminate_backend(pid)::text FROM pg_locks
                        WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = \(Store.leaderLock)
                            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """
                    )
                    #expect(ended == ["true"])
                    _ = try await fleet.eventually("nobody asks the registry any more") {
                        let before = registry.requests.count
                        try await Task.sleep(for: .seconds(1))
                        return registry.requests.count == before ? () : nil
                    }
                    registry.setFault(nil, at: "app/tags/")
                    release.signal()
                    try await lock
                    try await fleet.withWorker("worker") {
                        let summary = try await fleet.finished(run)
                        #expect(summary.byState == ["analysed": 1])
                    }
                }
            }
        }

        @Test("and goes on for a moment takes no listing from the one that leads, which lists anew")
        func stolenListing() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"])]), as: "app", tag: "1")
            registry.setFault(.status(503), at: "app/tags/")
            let pauses = [Duration](repeating: .milliseconds(200), count: 1000)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 1, listingPauses: pauses) {
                    let run = try await fleet.request([registry.host])
                    try await fleet.waitUntil("EXISTS (SELECT FROM runs WHERE state = 'listing' AND listings = 1)")
                    let release = DispatchSemaphore(value: 0)
                    // What a coordinator does that was stopped between a look at the run and its listing.
                    async let other: Void = fleet.store.pool.transaction { session in
                        _ = try session.execute("SELECT FROM runs FOR UPDATE")
                        _ = release.wait(timeout: .now() + 100)
                        _ = try session.execute("UPDATE runs SET listings = listings + 1")
                        _ = try session.execute("DELETE FROM run_images")
                    }
                    defer { release.signal() }
                    registry.setFault(nil, at: "app/tags/")
                    try await fleet.waitUntil(
                        """
                        EXISTS (SELECT FROM pg_stat_activity
                            WHERE datname = current_database() AND wait_event_type = 'Lock')
                        """
                    )
                    release.signal()
                    try await other
                    let status = try await fleet.finished(run)
                    #expect(status.run.state == .done && status.byState == ["analysed": 1])
                    #expect(try await fleet.texts("SELECT listings::text FROM runs") == ["3"])
                }
            }
        }
    }
}
