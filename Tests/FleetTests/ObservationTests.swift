import Catalogers
import Foundation
import JobLifecycle
import Logging
import Postgres
import Queue
import Reports
import ScanModel
import Store
import TallymanTesting
import Telemetry
import Testing
import Web

/// A page of a server in this process.
private struct Page {
    let status: Int
    let text: String

    static func get(_ port: UInt16, _ path: String) async throws -> Page {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        for _ in 0..<200 {
            // The server may not listen yet.
            if let answer = try? await fetch(url) { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await fetch(url)
    }

    private static func fetch(_ url: URL) async throws -> Page {
        let output = try await TestCommand.run([
            "curl", "-sS", "--noproxy", "*", "-w", "\n%{http_code}", url.absoluteString,
        ])
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        var text = lines.dropLast().joined(separator: "\n")
        // Documents are laid out for people.
        if text.hasPrefix("{") { text = text.filter { !$0.isWhitespace } }
        return Page(status: Int(lines.last ?? "") ?? 0, text: text)
    }
}

extension FleetTests {
    @Suite("What can be seen of a fleet")
    struct ObservationTests {
        private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<3 {
                let layers = [TestLayer.debian(["base"]), TestLayer.dpkg(["app-\(number)"])]
                registry.add(TestImage(layers: layers), as: "app", tag: "\(number)")
            }
            try await body(registry)
        }

        private func withServer(
            _ fleet: Fleet,
            connections: Int = 4,
            _ body: (UInt16, Store) async throws -> Void
        ) async throws {
            let port = try TestCommand.freePort()
            let store = Store(url: fleet.postgres, connections: connections)
            let board = ProcessBoard(url: fleet.redis)
            var logger = Logger(label: "web")
            logger.logLevel = .critical
            let figures = FleetFigures(store: store, dispatcher: Dispatcher(url: fleet.redis), board: board)
            let checks = [
                HealthCheck("redis") { try await board.ping() },
                HealthCheck("coordinator") {
                    guard try await store.hasLeader() else { throw CancellationError() }
                },
            ]
            let made = WebServer(
                listen: "127.0.0.1:\(port)",
                store: store,
                fleet: figures,
                own: { [] },
                ready: checks,
                logger: logger
            )
            let server = try #require(made)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await server.run() }
                try await body(port, store)
            }
            await store.close()
        }

        @Test("An image tells what it waits for, from the queue over a lease to a try that is put off")
        func waiting() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("count(*) = 4 AND bool_and(dispatched_epoch IS NOT NULL) FROM tasks")
                        var images = try await fleet.store.waitingImages(run: run, limit: 10)
                        #expect(images.map { $0.image.split(separator: ":").last ?? "" } == ["0", "1", "2"])
                        #expect(images[0].blockers.count == 2)
                        #expect(images[0].reason.contains("is queued behind "))
                        let behind = images.flatMap { $0.blockers.compactMap(\.behind) }
                        #expect(Set(behind) == [0, 1, 2, 3])
                        #expect(try await fleet.store.waitingImages(run: run, limit: 2).count == 2)
                        let task = try #require(
                            Int(try await fleet.texts("SELECT min(id)::text FROM tasks").first ?? "")
                        )
                        let claim = try #require(
                            try await fleet.store.claim(
                                task: task,
                                worker: "w-7",
                                analysisVersion: Catalogers.analysisVersion + CollectionPlan.standard.versionSuffix,
                                leaseSeconds: 60
                            )
                        )
                        let subject = try await fleet.store.subject(of: claim)
                        #expect(subject.digest.hasPrefix("sha256:") && subject.runs == [run])
                        images = try await fleet.store.waitingImages(
                            run: run,
                            limit: 10,
                            throttled: [registry.host: "2030-01-01T00:00:00Z"]
                        )
                        let leased = try #require(images.flatMap(\.blockers).first { $0.state == .leased })
                        #expect(leased.digest == subject.digest)
                        #expect(leased.reason.contains("leased by w-7, attempt 1, since 20"))
                        #expect(leased.reason.hasSuffix("throttles until 2030-01-01T00:00:00Z"))
                        try await fleet.store.fail(claim, reason: "the blob broke off", isPermanent: false)
                        try await fleet.store.pool.run {
                            _ = try $0.execute(
                                "UPDATE tasks SET not_before = now() + interval '1 hour' WHERE id = \(task)"
                            )
                        }
                        images = try await fleet.store.waitingImages(run: run, limit: 10)
                        let later = try #require(images.flatMap(\.blockers).first { $0.retryAt != nil })
                        #expect(later.reason.contains("is tried again at 20"))
                        #expect(later.reason.hasSuffix("after a failure (the blob broke off)"))
                        #expect(later.behind == nil && later.failures == 1)
                    }
                }
            }
        }

        @Test(
            "That no worker is there is said of the run that waits for one",
            .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint)
        )
        func noWorkers() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"])]), as: "app", tag: "1")
            let folder = try TestFolder()
            let arguments = ["fleet", "status", "--waiting", "-o", "json"]
            try await TestServices.withFleet { fleet in
                let servers = ["--postgres", fleet.postgres, "--redis", fleet.redis]
                func status() async throws -> String {
                    try await ProgramRun(["fleet", "status"] + servers, in: folder).output
                }
                func reason() async throws -> String {
                    let run = try await ProgramRun(arguments + servers, in: folder)
                    return try #require(try run.object()["reason"] as? String, "\(run.errors)")
                }
                try await fleet.withServices(workers: 0) {
                    let run = try await fleet.request([registry.host])
                    try await fleet.waitUntil("(SELECT state = 'running' FROM runs WHERE id = \(run))")
                    #expect(try await reason().hasPrefix("no worker gives a sign of life"))
                    // Which advisories counted is known at the end.
                    #expect(try await status().contains("advisories") == false)
                    try await fleet.withWorker("late") {
                        let ended = try await fleet.finished(run)
                        #expect(ended.run.state == .done)
                        let last = try await reason()
                        #expect(last == "the run has ended")
                        #expect(try await status().contains("none: no vulnerability can be reported; tallyman advi"))
                    }
                }
            }
        }

        @Test("Progress knows no end before anything has ended, and none is left when the run is over")
        func progress() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("count(*) = 4 FROM tasks")
                        let status = try await fleet.store.status(run: run)
                        let progress = try #require(try await fleet.store.progress(status))
                        #expect(progress.layers.left == 4 && progress.images.left == 3 && progress.bytes.left > 0)
                        #expect(progress.etaSeconds == nil && progress.layers.perSecond == nil)
                        try await fleet.withWorker("late") {
                            let ended = try await fleet.finished(run)
                            #expect(ended.run.state == .done)
                            #expect(try await fleet.store.progress(ended) == nil)
                        }
                    }
                    // The trigger has noted when each task came to its end.
                    #expect(
                        try await fleet.texts("SELECT (state_since > now() - interval '1 minute')::text FROM tasks")
                            .allSatisfy { $0 == "true" }
                    )
                }
            }
        }

        @Test("Metrics show the queue, the servers and what processes have put up, and go on without Redis")
        func metrics() async throws {
            try await withRegistry { registry in
                try await TestServices.withFleet { fleet in
                    let board = ProcessBoard(url: fleet.redis)
                    let now = Date().timeIntervalSince1970
                    let counted = [MetricFamily(MetricNames.layers, .counter, [MetricSample(3)])]
                    for (name, age) in [("w1", 0.0), ("w2", 120), ("w3", 100_000)] {
                        let report = ProcessReport(part: "worker", process: name, at: now - age, families: counted)
                        try await board.post(name, try report.encoded())
                    }
                    try await board.post("odd", [0xff])
                    try await fleet.withServices(workers: 0) {
                        _ = try await fleet.request([registry.host])
                        try await fleet.waitUntil("count(*) = 4 AND bool_and(dispatched_epoch IS NOT NULL) FROM tasks")
                        try await withServer(fleet) { port, _ in
                            let page = try await Page.get(port, "/metrics")
                            #expect(page.status == 200)
                            let lines = page.text.split(separator: "\n").map(String.init)
                            func sum(_ name: String) -> Double {
                                lines.filter { $0.hasPrefix("\(name){") || $0.hasPrefix("\(name) ") }
                                    .compactMap { Double($0.split(separator: " ").last ?? "") }.reduce(0, +)
                            }
                            #expect(sum(MetricNames.queueTasks) == 4 && sum(MetricNames.streamEntries) == 4)
                            #expect(lines.count { $0.hasPrefix("\(MetricNames.queueTasks){") } == 64)
                            #expect(sum(MetricNames.serviceUp) == 2 && sum(MetricNames.hasLeader) == 1)
                            #expect(lines.contains(#"tallyman_layers_total{part="worker",process="w1"} 3"#))
                            #expect(!page.text.contains("w2") && !page.text.contains("w3"))
                            #expect(page.text.contains(#"tallyman_tasks{kind="layer",state="dead"} 0"#))
                            if Promtool.path != nil {
                                #expect(try await Promtool.problems(page.text).isEmpty)
                            }
                        }
                    }
                    // What has long been silent is forgotten, and what only pauses is not.
                    #expect(Set(try await board.documents().keys) == ["w1", "w2"])
                }
            }
        }

        @Test("Ready tells which part is missing, and is red where no database connection is to be had")
        func readiness() async throws {
            try await TestServices.withFleet { fleet in
                try await withServer(fleet, connections: 1) { port, store in
                    let alone = try await Page.get(port, "/health/ready")
                    #expect(alone.status == 503 && alone.text.contains(#""postgresql":"ok""#))
                    #expect(try await Page.get(port, "/health/ready?only=postgresql,redis").status == 200)
                    #expect(try await Page.get(port, "/health/ready?only=nothing").status == 503)
                    try await fleet.withServices(workers: 0) {
                        try await fleet.eventually("a coordinator leads") {
                            try await Page.get(port, "/health/ready").status == 200 ? () : nil
                        }
                        try await store.pool.withConnection { _ in
                            let red = try await Page.get(port, "/health/ready")
                            #expect(red.status == 503 && red.text.contains("noanswerwithin"))
                            #expect(red.text.contains(#""redis":"ok""#))
                            #expect(try await Page.get(port, "/health/live").status == 200)
                            let metrics = try await Page.get(port, "/metrics")
                            #expect(metrics.text.contains(#"tallyman_service_up{service="postgresql"} 0"#))
                            #expect(metrics.text.contains(#"tallyman_service_up{service="redis"} 1"#))
                        }
                        #expect(try await Page.get(port, "/health/ready").status == 200)
                    }
                }
            }
        }
    }
}

/// Prometheus' own checker, where it is installed.
private enum Promtool {
    static let path = [
        "/usr/bin/promtool", "/usr/local/bin/promtool", ProcessInfo.processInfo.environment["PROMTOOL"] ?? "",
    ]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

    static func problems(_ text: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "tallyman-\(UInt64.random(in: 0...(.max))).prom"
        )
        try Data((text + "\n").utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // A leftover file harms no test.
        return try await TestCommand.run(["sh", "-c", #""$0" check metrics <"$1""#, path ?? "", file.path])
    }
}
