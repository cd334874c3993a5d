import Catalogers
import Dispatch
import Postgres
import ScanModel
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("A run")
    struct RunTests {
        /// Six images over two bases: eight layers, of which the bases are shared.
        private static let images: [(repository: String, tag: String, image: TestImage)] = {
            let bases = [TestLayer.debian(["libc6"]), TestLayer.debian(["libc6", "bash"])]
            return (0..<6).map { number in
                let top = TestLayer.dpkg(["libc6", "app-\(number)"], filler: 20_000 * number)
                return ("team/app-\(number % 3)", "v\(number)", TestImage(layers: [bases[number % 2], top]))
            }
        }()
        private static let layers = Set(images.flatMap { $0.image.blobs.keys.map(\.description) })
            .subtracting(images.compactMap { $0.image.blobs.min { $0.value.count < $1.value.count }?.key.description })

        private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for (repository, tag, image) in Self.images { registry.add(image, as: repository, tag: tag) }
            try await body(registry)
        }

        @Test("fetches each distinct layer once, whatever the number of workers, with the same result")
        func oneAnalysisPerLayer() async throws {
            try await withRegistry { registry in
                var results: [[String]] = []
                for workers in [1, 4, 12] {
                    registry.forgetRequests()
                    try await TestServices.withFleet { fleet in
                        try await fleet.withServices(workers: workers) {
                            let status = try await fleet.scan(registry.host)
                            #expect(status.run.state == .done && status.run.reason == nil)
                            #expect(status.byState == ["analysed": 6])
                            #expect(status.layersDistinct == 8 && status.layersAnalysed == 8)
                            #expect(status.bytesFetched == status.bytesPlanned && status.bytesAvoided > 0)
                        }
                        results.append(try await fleet.results())
                    }
                    #expect(Set(registry.blobRequests.keys).isSuperset(of: Self.layers))
                    #expect(registry.blobRequests.values.allSatisfy { $0 == 1 })
                }
                #expect(results[0] == results[1] && results[1] == results[2])
            }
        }

        @Test(
            "that is large has the database look at what it brought, before anything waits for a plan made without it",
            arguments: [(6, true), (7, false)]
        )
        func statistics(largeRun: Int, isLooked: Bool) async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        defer { group.cancelAll() }
                        group.addTask { try await fleet.coordinate(largeRun: largeRun) }
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("EXISTS (SELECT FROM tasks WHERE state = 'queued')")
                        // Behind the plan: layers of the run are in this table from then on.
                        let looked = "(SELECT reltuples FROM pg_class WHERE relname = 'run_layers') = 8"
                        if isLooked { try await fleet.waitUntil(looked) }
                        try await fleet.withWorker("worker") { _ = try await fleet.finished(run) }
                        let isKnown = try await fleet.store.pool.run { session in
                            try session.execute("SELECT \(looked)").first?.bool(0)
                        }
                        #expect(isKnown == isLooked)
                    }
                }
            }
        }

        @Test("begins the layers and folds of what is listed while another registry still makes itself waited for")
        func slowListing() async throws {
            try await withRegistry { registry in
                let slow = try FaultRegistry()
                defer { slow.stop() }
                slow.add(TestImage(layers: [TestLayer.dpkg(["late"])]), as: "team/late", tag: "1")
                slow.setFault(.slow(bytes: 1, microseconds: 200_000), at: "_catalog")
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) {
                        let run = try await fleet.request([registry.host, slow.host])
                        try await fleet.waitUntil(
                            "(SELECT count(*) FROM tasks WHERE kind = 'layer' AND state = 'done') = 8"
                        )
                        let early = try await fleet.store.status(run: run)
                        #expect(early.run.state == .listing && early.layersAnalysed == 8 && early.pending == 6)
                        try await fleet.waitUntil("(SELECT count(*) FROM image_inventories) = 6")
                        let folded = try await fleet.store.status(run: run)
                        #expect(folded.run.state == .listing && folded.folded == 6 && folded.pending == 6)
                        slow.setFault(nil, at: "_catalog")
                        let status = try await fleet.finished(run)
                        #expect(status.run.state == .done && status.byState == ["analysed": 7])
                        #expect(status.layersDistinct == 9 && status.layersAnalysed == 9)
                        #expect(status.bytesFetched == status.bytesPlanned)
                    }
                    #expect(registry.blobRequests.values.allSatisfy { $0 == 1 })
                }
            }
        }

        @Test("fails where the database refuses to move it on, and holds up no other meanwhile")
        func refused() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.store.pool.run { session in
                        _ = try session.execute(
                            """
                            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
                            AS $$ BEGIN RAISE EXCEPTION 'no more of it'; END $$
                            """
                        )
                        _ = try session.execute(
                            """
                            CREATE TRIGGER refuse BEFORE UPDATE ON run_images FOR EACH ROW
                            WHEN (old.run_id = 1 AND new.state = 'analysed') EXECUTE FUNCTION refuse()
                            """
                        )
                    }
                    try await fleet.withServices(workers: 2) {
                        let refused = try await fleet.request(["\(registry.host)/team/app-0"])
                        let other = try await fleet.scan("\(registry.host)/team/app-1")
                        #expect(other.run.state == .done && other.byState == ["analysed": 2])
                        let status = try await fleet.finished(refused)
                        #expect(refused == 1 && status.run.state == .failed)
                        #expect(status.run.reason?.contains("no more of it") == true, "\(status.run.reason ?? "")")
                        #expect(status.found > 0 && status.byState == ["failed": status.found])
                    }
                }
            }
        }

        @Test("fails where the database refuses what it lists, though no package can be matched either")
        func refusedListing() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.store.pool.run { session in
                        for statement in [
                            "ALTER TABLE packages ALTER COLUMN type DROP NOT NULL",
                            "INSERT INTO packages (fingerprint, name, version, arch) VALUES ('odd', 'odd', '1', '')",
                            "INSERT INTO waiting_packages (package_id) SELECT id FROM packages",
                            """
                            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
                            AS $$ BEGIN RAISE EXCEPTION 'no more of it'; END $$
                            """,
                            "CREATE TRIGGER refuse BEFORE INSERT ON run_images FOR EACH ROW EXECUTE FUNCTION refuse()",
                        ] { _ = try session.execute(statement) }
                    }
                    try await fleet.withServices(workers: 0) {
                        let status = try await fleet.scan(registry.host)
                        #expect(status.run.state == .failed && status.run.listings == 1)
                        #expect(status.run.reason?.contains("no more of it") == true, "\(status.run.reason ?? "")")
                    }
                }
            }
        }

        @Test("goes on being listed though the database refuses again and again to begin its layers before")
        func refusedAhead() async throws {
            try await withRegistry { registry in
                let slow = try FaultRegistry()
                defer { slow.stop() }
                slow.add(TestImage(layers: [TestLayer.dpkg(["late"])]), as: "team/late", tag: "1")
                // Signalled once, it lets everybody through.
                let gate = DispatchSemaphore(value: 0)
                defer { gate.signal() }
                let hold = Fault.after {
                    gate.wait()
                    gate.signal()
                }
                slow.setFault(hold, at: "_catalog")
                try await TestServices.withFleet { fleet in
                    try await fleet.store.pool.run { session in
                        for statement in [
                            "CREATE SEQUENCE refusals",
                            """
                            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
                            AS $$ BEGIN RAISE EXCEPTION 'no % of it', nextval('refusals'); END $$
                            """,
                            "CREATE TRIGGER refuse BEFORE INSERT ON run_layers FOR EACH ROW EXECUTE FUNCTION refuse()",
                        ] { _ = try session.execute(statement) }
                    }
                    try await fleet.withServices(workers: 2) {
                        let run = try await fleet.request([registry.host, slow.host])
                        // One more than would be the end of a run that is under way.
                        try await fleet.waitUntil("last_value > \(Fleet.maxRefusals) FROM refusals")
                        try await fleet.store.pool.run { _ = try $0.execute("DROP TRIGGER refuse ON run_layers") }
                        gate.signal()
                        let status = try await fleet.finished(run)
                        #expect(status.run.state == .done && status.byState == ["analysed": 7])
                    }
                }
            }
        }

        @Test("is planned anew for what is collected now, though the database refuses that at first")
        func adoptedLate() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("(SELECT state = 'running' FROM runs WHERE id = \(run))")
                        try await fleet.store.pool.run { session in
                            for statement in [
                                "CREATE SEQUENCE refusals",
                                // What a sequence has counted stays, whatever becomes of the transaction.
                                """
                                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                                    IF nextval('refusals') <= 3 THEN RAISE EXCEPTION 'not yet'; END IF;
                                    RETURN new;
                                END $$
                                """,
                                """
                                CREATE TRIGGER refuse BEFORE UPDATE ON tasks FOR EACH ROW
                                WHEN (old.analysis_version <> new.analysis_version) EXECUTE FUNCTION refuse()
                                """,
                            ] { _ = try session.execute(statement) }
                        }
                        try await fleet.store.setCollection(.nothing)
                        let version = Catalogers.analysisVersion + CollectionPlan.nothing.versionSuffix
                        try await fleet.waitUntil(
                            "NOT EXISTS (SELECT FROM tasks WHERE kind = 'layer' AND analysis_version <> '\(version)')"
                        )
                        #expect(try await fleet.store.status(run: run).run.state == .running)
                    }
                }
            }
        }

        @Test("holds no transaction open while it goes on, not even its coordinator's lock: vacuum is not held up")
        func openTransactions() async throws {
            try await withRegistry { registry in
                registry.setFault(.slow(bytes: 5000, microseconds: 40_000), at: "team/")
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("EXISTS (SELECT 1 FROM tasks WHERE state = 'leased')")
                        var looks = 0
                        while try await !fleet.store.status(run: run).run.state.isFinished {
                            let old = try await fleet.texts(
                                """
                                SELECT query FROM pg_stat_activity WHERE datname = current_database()
                                    AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - interval '3 seconds'
                                """
                            )
                            #expect(old.isEmpty)
                            looks += 1
                            try await Task.sleep(for: .milliseconds(50))
                        }
                        #expect(looks > 3)
                    }
                }
            }
        }

        @Test("over an unchanged registry reuses everything and fetches no blob")
        func secondRun() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) {
                        _ = try await fleet.scan(registry.host)
                        registry.forgetRequests()
                        let status = try await fleet.scan(registry.host)
                        #expect(status.run.state == .done)
                        #expect(status.byState == ["reused": 6])
                        #expect(status.layersReused == 8 && status.bytesFetched == 0)
                        #expect(registry.blobRequests.isEmpty)
                        let other = TestImage(layers: [TestLayer.debian(["libc6"]), TestLayer.dpkg(["new"])])
                        registry.add(other, as: "team/new", tag: "1")
                        let third = try await fleet.scan(registry.host)
                        #expect(third.byState == ["reused": 6, "analysed": 1])
                        #expect(third.layersAnalysed == 1 && registry.blobRequests.count == 2)
                    }
                }
            }
        }

        @Test("over a real registry finds the packages of its images")
        func realRegistry() async throws {
            let host = try #require(TestServices.registry, TestServices.hint)
            let name = "tallyman-test/\(UInt64.random(in: 0...UInt64.max))"
            for (_, tag, image) in Self.images { try await RegistryPush(host: host).push(image, as: name, tag: tag) }
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 2) {
                    let status = try await fleet.scan("\(host)/\(name)")
                    #expect(status.run.state == .done && status.layersAnalysed == 8)
                    #expect(try await fleet.outcomes(status.run.id) == (0..<6).map { "\(name):v\($0) analysed" })
                    #expect(
                        try await fleet.texts("SELECT name FROM packages ORDER BY name COLLATE \"C\"")
                            == (0..<6).map { "app-\($0)" } + ["libc6"]
                    )
                    let again = try await fleet.scan("\(host)/\(name)")
                    #expect(again.byState == ["reused": 6] && again.bytesFetched == 0)
                }
            }
        }

        @Test("goes on under another coordinator when the one that leads stops")
        func takeOver() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    let first = Task { try await fleet.coordinate() }  // awaited below
                    _ = try await fleet.request([registry.host])
                    try await fleet.waitUntil("state = 'running' FROM runs")
                    first.cancel()
                    _ = await first.result
                    try await fleet.withServices(workers: 1) {
                        let status = try await fleet.finished(1)
                        #expect(status.byState == ["analysed": 6])
                    }
                }
            }
        }
    }
}
