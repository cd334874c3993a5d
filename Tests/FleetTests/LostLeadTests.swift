import Dispatch
import Postgres
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("A coordinator whose session the server has ended")
    struct LostLeadTests {
        /// Whether anybody waits for a lock that another holds.
        private static let isHeldUp = """
            EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
            """

        /// Runs `body` beside a coordinator that would go on for minutes with listing one image, whose tags are not answered
        /// until ``answer(_:)``.
        private static func withEndlessListing(
            workers: Int,
            _ body: (Fleet, FaultRegistry) async throws -> Void
        ) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"])]), as: "app", tag: "1")
            registry.setFault(.status(503), at: "app/tags/")
            let pauses = [Duration](repeating: .milliseconds(200), count: 1000)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: workers, listingPauses: pauses) {
                    try await body(fleet, registry)
                }
            }
        }

        private static func answer(_ registry: FaultRegistry) { registry.setFault(nil, at: "app/tags/") }

        @Test("lists no further, whatever its round waits for: what it found another may have cleared away")
        func listing() async throws {
            try await Self.withEndlessListing(workers: 0) { fleet, registry in
                let run = try await fleet.request([registry.host])
                _ = try await fleet.eventually("it is being listed") { registry.requests.count > 6 ? () : nil }
                // Each round asks for the setting, and a listing only at its end.
                try await fleet.during("LOCK TABLE fleet_settings IN ACCESS EXCLUSIVE MODE") {
                    try await fleet.waitUntil(Self.isHeldUp)
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
                    Self.answer(registry)
                }
                try await fleet.withWorker("worker") {
                    let summary = try await fleet.finished(run)
                    #expect(summary.byState == ["analysed": 1])
                }
            }
        }

        @Test("and goes on for a moment takes no listing from the one that leads, which lists anew")
        func stolenListing() async throws {
            try await Self.withEndlessListing(workers: 1) { fleet, registry in
                let run = try await fleet.request([registry.host])
                try await fleet.waitUntil("EXISTS (SELECT FROM runs WHERE state = 'listing' AND listings = 1)")
                // What a coordinator does that was stopped between a look at the run and its listing.
                try await fleet.during(
                    "SELECT FROM runs FOR UPDATE",
                    then: ["UPDATE runs SET listings = listings + 1", "DELETE FROM run_images"]
                ) {
                    Self.answer(registry)
                    try await fleet.waitUntil(Self.isHeldUp)
                }
                let status = try await fleet.finished(run)
                #expect(status.run.state == .done && status.byState == ["analysed": 1])
                let listings = try await fleet.texts("SELECT listings::text FROM runs")
                #expect(listings == ["3"])
            }
        }
    }
}

extension Fleet {
    /// Runs `body` within a transaction of another session: between `first`, whose locks it holds meanwhile, and `last`.
    func during(_ first: String, then last: [String] = [], _ body: () async throws -> Void) async throws {
        let release = DispatchSemaphore(value: 0)
        async let other: Void = store.pool.transaction { session in
            _ = try session.execute(first)
            _ = release.wait(timeout: .now() + 100)
            for statement in last { _ = try session.execute(statement) }
        }
        defer { release.signal() }
        try await body()
        release.signal()
        try await other
    }
}
