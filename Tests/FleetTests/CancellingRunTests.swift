import Postgres
import Store
import TallymanTesting
import Testing

extension FleetTests {
    @Suite("A run that is cancelled")
    struct CancellingRunTests {
        private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<4 {
                let layers = [TestLayer.dpkg(["app-\(number)"], filler: 200_000)]
                registry.add(TestImage(layers: layers), as: "team/app-\(number)", tag: "1")
            }
            try await body(registry)
        }

        @Test("has its layers in hand finished, and the next run goes on from there")
        func underWay() async throws {
            try await withRegistry { registry in
                registry.setFault(.slow(bytes: 5_000, microseconds: 40_000), at: "team/")
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 1) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("EXISTS (SELECT 1 FROM tasks WHERE state = 'leased')")
                        guard case .cancelled = try await fleet.store.cancel(run: run) else {
                            Issue.record("run \(run) had ended")
                            return
                        }
                        registry.setFault(nil, at: "team/")
                        try await fleet.waitUntil(
                            "NOT EXISTS (SELECT 1 FROM tasks WHERE state IN ('queued', 'leased'))"
                        )
                        let next = try await fleet.scan(registry.host)
                        #expect(next.run.state == .done && next.byState.values.reduce(0, +) == 4)
                        #expect(next.layersReused > 0)
                        #expect(registry.blobRequests.values.allSatisfy { $0 == 1 })
                        #expect(try await fleet.store.status(run: run).run.state == .cancelled)
                    }
                }
            }
        }

        @Test("stops being listed")
        func listing() async throws {
            try await withRegistry { registry in
                registry.setFault(.slow(bytes: 1, microseconds: 100_000), at: "_catalog")
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("state = 'listing' FROM runs")
                        #expect(try await fleet.store.cancel(run: run) == .cancelled(tasks: 0, images: 0))
                        registry.setFault(nil, at: "_catalog")
                        let next = try await fleet.request(["\(registry.host)/team/app-0"])
                        try await fleet.waitUntil("state = 'running' FROM runs WHERE id = \(next)")
                        #expect(try await fleet.store.images(run: run).isEmpty)
                    }
                }
            }
        }

        @Test("is told by the coordinator that leads next, where there was none")
        func withoutCoordinator() async throws {
            try await TestServices.withFleet { fleet in
                let run = try await fleet.request(["registry.invalid"])
                #expect(try await fleet.store.cancel(run: run) == .cancelled(tasks: 0, images: 0))
                #expect(try await fleet.texts("SELECT type FROM events").isEmpty)
                try await fleet.withServices(workers: 0) { try await fleet.waitUntil("is_told FROM runs") }
                #expect(try await fleet.texts("SELECT type FROM events") == ["system.fleet.run.cancelled"])
            }
        }

        /// Whether a command has gone on to look at the run that it has asked for.
        private func waits(_ fleet: Fleet) async throws -> Bool {
            let looks = try await fleet.texts(
                """
                SELECT 'yes' FROM runs WHERE NOT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'INSERT INTO runs%')
                """
            )
            return !looks.isEmpty
        }

        @Test(
            "is waited for by a command that was started to ignore Ctrl-C",
            .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint)
        )
        func ignoredInterrupt() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                async let cancelling: Void = {
                    // The second run says that Ctrl-C is being pressed.
                    try await fleet.waitUntil("EXISTS (SELECT FROM runs WHERE id = 2)")
                    try await Task.sleep(for: .milliseconds(300))
                    _ = try await fleet.store.cancel(run: 1)
                }()
                let waiting = try await ProgramRun(
                    ["fleet", "scan", "registry.invalid", "--wait", "--postgres", fleet.postgres],
                    in: folder,
                    ignoringInterrupts: true
                ) {
                    guard try await waits(fleet) else { return false }
                    _ = try await fleet.request(["pressed.invalid"])
                    return true
                }
                try await cancelling
                #expect(waiting.status == 69 && waiting.errors.contains("run 1 was cancelled"), "\(waiting.errors)")
                #expect(!waiting.errors.contains("goes on in the background"))
            }
        }

        @Test(
            "is summed up by the command that waits for it when its images have their outcome",
            .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint)
        )
        func clearedSummary() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                async let cancelling: Void = {
                    try await fleet.waitUntil("EXISTS (SELECT FROM runs)")
                    // As it is for a moment while somebody cancels it: ended, and not cleared yet.
                    try await fleet.store.pool.transaction { session in
                        for statement in [
                            "INSERT INTO registries (host) VALUES ('registry.invalid') ON CONFLICT DO NOTHING",
                            "INSERT INTO repositories (registry_id, name) SELECT id, 'app' FROM registries",
                            """
                            INSERT INTO run_images (run_id, repository_id, tag, state)
                            SELECT runs.id, repositories.id, '1', 'pending' FROM runs, repositories
                            """,
                            """
                            UPDATE runs SET state = 'cancelled', finished_at = now(), is_told = false, in_hand = NULL
                            """,
                        ] { _ = try session.execute(statement) }
                    }
                    try await Task.sleep(for: .milliseconds(700))
                    _ = try await fleet.store.clear(cancelled: 1)
                }()
                let waiting = try await ProgramRun(
                    ["fleet", "scan", "registry.invalid", "--wait", "--postgres", fleet.postgres],
                    in: folder
                )
                try await cancelling
                #expect(waiting.status == 69 && waiting.errors.contains("run 1 was cancelled"), "\(waiting.errors)")
                #expect(waiting.output.contains("1 failed") && !waiting.output.contains("waiting"), "\(waiting.output)")
            }
        }

        @Test(
            "is cancelled by its command, and goes on where Ctrl-C ends the command that waits for it",
            .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint)
        )
        func commands() async throws {
            let folder = try TestFolder()
            try await TestServices.withFleet { fleet in
                let waiting = try await ProgramRun(
                    ["fleet", "scan", "registry.invalid", "--wait", "--postgres", fleet.postgres],
                    in: folder
                ) { try await waits(fleet) }
                #expect(waiting.status == 130)
                #expect(waiting.errors.contains("tallyman fleet status 1"))
                #expect(waiting.errors.contains("tallyman fleet cancel 1"))
                #expect(try await fleet.store.status(run: 1).run.state == .requested)
                for answer in ["run 1 is cancelled", "run 1 was cancelled before"] {
                    let run = try await ProgramRun(
                        ["fleet", "cancel", "1", "--postgres", fleet.postgres],
                        in: folder
                    )
                    #expect(run.status == 0 && run.output.hasPrefix(answer), "\(run.errors)")
                }
                let missing = try await ProgramRun(
                    ["fleet", "cancel", "2", "--postgres", fleet.postgres],
                    in: folder
                )
                #expect(missing.status == 65 && missing.errors.contains("there is no run 2"))
                let ended = try await fleet.request(["registry.invalid"])
                try await fleet.store.finish(run: ended, state: .done, reason: nil, workers: 0)
                let late = try await ProgramRun(
                    ["fleet", "cancel", "\(ended)", "--postgres", fleet.postgres],
                    in: folder
                )
                #expect(late.status == 64 && late.errors.contains("has ended already: it is done"))
            }
        }
    }
}
