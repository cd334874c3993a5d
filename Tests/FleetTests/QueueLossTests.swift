import Queue
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

        @Test(
            "A failover to a Redis that lags behind, with entries of tasks that are done and without newer ones, costs nothing"
        )
        func failover() async throws {
            try await withSlowRegistry { registry in
                var quiet: [String] = []
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 2) { _ = try await fleet.scan(registry.host) }
                    quiet = try await fleet.results()
                }
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        var copy: [String: [UInt8]] = [:]
                        try await fleet.withWorker("before") {
                            try await fleet.waitUntil("count(*) > 0 FROM tasks WHERE kind = 'layer' AND state = 'done'")
                            copy = try await fleet.queueContent()
                            try await fleet.waitUntil("count(*) > 2 FROM tasks WHERE kind = 'layer' AND state = 'done'")
                        }
                        // What the worker gave back and what became ready since is announced, which the copy knows nothing of.
                        try await fleet.waitUntil(
                            "count(*) > 0 AND bool_and(dispatched_epoch IS NOT NULL) FROM tasks WHERE state = 'queued'"
                        )
                        let done = try await fleet.texts(
                            "SELECT digest FROM layers JOIN layer_reports ON layer_id = id"
                        )
                        registry.forgetRequests()
                        try await fleet.replaceQueue(with: copy)
                        try await fleet.withWorker("after", lease: 3) {
                            let status = try await fleet.finished(run)
                            #expect(status.byState == ["analysed": 5])
                        }
                        #expect(done.count > 2 && registry.blobRequests.keys.allSatisfy { !done.contains($0) })
                    }
                    #expect(try await fleet.results() == quiet)
                    #expect(try await fleet.texts("SELECT DISTINCT failures::text FROM tasks") == ["0"])
                    #expect(try await fleet.texts("SELECT DISTINCT state FROM tasks") == ["done"])
                }
            }
        }

        /// The highest number that an entry can have; none comes after it.
        private static let lastNumber: RedisArgument = "18446744073709551615-18446744073709551615"

        /// What may happen to the streams of a Redis that stays up; each word is done to every stream.
        private static let harm: [[String]] = [
            ["XGROUP DESTROY"], ["XGROUP DESTROY", "XGROUP CREATE 0"], ["XGROUP DESTROY", "XGROUP CREATE $"],
            ["XGROUP SETID $"], ["XTRIM"], ["XGROUP DELCONSUMER"], ["DEL"], ["SET"], ["XADD", "XADD LAST"],
        ]

        @Test("Whatever happens to streams and groups, every task is done, once", arguments: Self.harm)
        func damagedStreams(harm: [String]) async throws {
            try await withSlowRegistry { registry in
                try await TestServices.withFleet { fleet in
                    try await fleet.withServices(workers: 0) {
                        let run = try await fleet.request([registry.host])
                        try await fleet.waitUntil("count(*) = 6 AND bool_and(dispatched_epoch IS NOT NULL) FROM tasks")
                        try await fleet.withWorker("worker") {
                            // Some entries are read and not finished, the others wait.
                            try await fleet.waitUntil("EXISTS (SELECT 1 FROM tasks WHERE state = 'leased')")
                            let streams = try await fleet.connection.command(["KEYS", "tallyman:{*"]).strings ?? []
                            #expect(!streams.isEmpty)
                            for stream in streams.map({ RedisArgument($0) }) {
                                for word in harm { _ = try await fleet.connection.pipeline([command(word, stream)]) }
                            }
                            #expect(try await fleet.finished(run).byState == ["analysed": 5])
                        }
                        #expect(try await fleet.texts("SELECT DISTINCT failures::text FROM tasks") == ["0"])
                        #expect(try await fleet.texts("SELECT max(attempt)::text FROM tasks") == ["1"])
                    }
                }
                #expect(registry.blobRequests.values.allSatisfy { $0 == 1 })
            }
        }

        private func command(_ word: String, _ stream: RedisArgument) -> [RedisArgument] {
            switch word {
            case "XGROUP DESTROY": ["XGROUP", "DESTROY", stream, "workers"]
            case "XGROUP CREATE 0": ["XGROUP", "CREATE", stream, "workers", "0"]
            case "XGROUP CREATE $": ["XGROUP", "CREATE", stream, "workers", "$"]
            case "XGROUP SETID $": ["XGROUP", "SETID", stream, "workers", "$"]
            case "XGROUP DELCONSUMER": ["XGROUP", "DELCONSUMER", stream, "workers", "worker"]
            case "XTRIM": ["XTRIM", stream, "MAXLEN", "0"]
            case "SET": ["SET", stream, "no stream"]
            case "XADD": ["XADD", stream, "*", "no", "task"]
            case "XADD LAST": ["XADD", stream, Self.lastNumber, "task", "-1"]
            default: ["DEL", stream]
            }
        }

        @Test("Whatever stands under the queue's names, a run is carried out, and the names are the queue's again")
        func foreignKeys() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"]), TestLayer.dpkg(["app"])]), as: "app", tag: "1")
            let others: [RedisArgument] = ["tallyman:workers", "tallyman:registries", "tallyman:registry-clients"]
            try await TestServices.withFleet { fleet in
                let redis = fleet.connection
                for shard in 0..<Streams.shards {
                    let stream: RedisArgument = "tallyman:{shard-\(shard)}:1"
                    try await redis.command(command(shard % 2 == 0 ? "SET" : "XADD LAST", stream))
                }
                try await redis.command(["RPUSH", "tallyman:epoch", "no mark"])
                for key in others { try await redis.command(["SET", key, "no set"]) }
                try await fleet.withServices(workers: 1) {
                    #expect(try await fleet.scan(registry.host).byState == ["analysed": 1])
                    for key in others {
                        _ = try await fleet.eventually("a set again") {
                            try await redis.command(["TYPE", key]).string == "zset" ? () : nil
                        }
                    }
                    #expect(try await redis.command(["TYPE", "tallyman:epoch"]).string == "string")
                }
            }
        }

        @Test("No more is announced than workers can take up soon, and an interactive scan passes the bulk")
        func backpressure() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<40 {
                let layers = [TestLayer.dpkg(["app-\(number)"], filler: 30_000)]
                registry.add(TestImage(layers: layers), as: "bulk", tag: "\(number)")
            }
            let pushed = [TestLayer.debian(["pushed"]), TestLayer.dpkg(["pushed"])]
            registry.add(TestImage(layers: pushed), as: "pushed", tag: "1")
            registry.setFault(.slow(bytes: 5000, microseconds: 60_000), at: "bulk/blobs/")
            try await TestServices.withFleet { fleet in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await fleet.coordinate(maxAnnounced: 8) }
                    let bulk = try await fleet.request(["\(registry.host)/bulk"])
                    try await fleet.waitUntil("count(*) = 40 FROM tasks")
                    try await Task.sleep(for: .milliseconds(500))
                    #expect(try await fleet.texts("SELECT count(dispatched_epoch)::text FROM tasks") == ["8"])
                    group.addTask { try await fleet.work("worker") }
                    let interactive = try await fleet.requestUrgently("\(registry.host)/pushed")
                    #expect(try await fleet.finished(interactive).byState == ["analysed": 1])
                    #expect(try await fleet.store.status(run: bulk).pending > 10)
                    #expect(try await fleet.finished(bulk).byState == ["analysed": 40])
                }
            }
        }

        @Test("An image that a bulk run has at the end of its queue is analysed at once when somebody waits for it")
        func queuedInBulk() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            for number in 0..<40 {
                let layers = [TestLayer.dpkg(["app-\(number)"], filler: 30_000)]
                registry.add(TestImage(layers: layers), as: "bulk", tag: "\(number)")
            }
            registry.setFault(.slow(bytes: 5000, microseconds: 60_000), at: "bulk/blobs/")
            try await TestServices.withFleet { fleet in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await fleet.coordinate() }
                    let bulk = try await fleet.request(["\(registry.host)/bulk"])
                    try await fleet.waitUntil("count(dispatched_epoch) = 40 FROM tasks")
                    let last = try await fleet.texts(
                        """
                        SELECT run_images.tag FROM tasks JOIN manifest_layers ON layer_id = subject_id
                            JOIN run_images USING (manifest_id) ORDER BY tasks.id DESC LIMIT 1
                        """
                    )
                    let interactive = try await fleet.requestUrgently("\(registry.host)/bulk:\(last.first ?? "")")
                    try await fleet.waitUntil("EXISTS (SELECT FROM runs WHERE priority = 0 AND state = 'running')")
                    group.addTask { try await fleet.work("worker") }
                    #expect(try await fleet.finished(interactive).byState == ["analysed": 1])
                    #expect(try await fleet.store.status(run: bulk).pending > 10)
                    #expect(try await fleet.finished(bulk).byState == ["analysed": 40])
                }
            }
        }

        @Test("Slots for folds read folds alone, others layers first, and an urgent fold before a layer that is not")
        func kinds() async throws {
            try await TestServices.withFleet { fleet in
                let dispatcher = Dispatcher(url: fleet.redis)
                let fold = Streams.layerShards
                try await dispatcher.announce([
                    .init(task: 1, shard: fold, priority: 1), .init(task: 2, shard: 3, priority: 1),
                    .init(task: 3, shard: fold + 7, priority: 0), .init(task: 4, shard: fold + 2, priority: 1),
                ])
                let feed = WorkFeed(url: fleet.redis, worker: "here")
                let urgent = try await feed.next(interactiveOnly: false)
                #expect(urgent?.task == 3)
                let noMoreUrgent = try await feed.next(interactiveOnly: true)
                #expect(noMoreUrgent?.task == nil)
                let layer = try await feed.next(interactiveOnly: false)
                #expect(layer?.task == 2)
                let folds = [
                    try await feed.next(interactiveOnly: false),
                    try await feed.next(interactiveOnly: false, .foldsOnly),
                ]
                #expect(Set(folds.map { $0?.task }) == [1, 4])
                try await dispatcher.announce([.init(task: 5, shard: 0, priority: 0)])
                let noMoreFolds = try await feed.next(interactiveOnly: false, .foldsOnly)
                #expect(noMoreFolds?.task == nil)
                let urgentLayer = try await feed.next(interactiveOnly: true)
                #expect(urgentLayer?.task == 5)
                await feed.leave()
                await dispatcher.close()
            }
        }

        @Test("However many unfinished entries a stream has, the old ones among them are found")
        func manyPending() async throws {
            try await TestServices.withFleet { fleet in
                let key: RedisArgument = "tallyman:{shard-3}:1"
                let redis = fleet.connection
                _ = try await redis.command(["XGROUP", "CREATE", key, "workers", "0", "MKSTREAM"])
                let adds = (1...3000).map { ["XADD", key, "*", "task", RedisArgument($0)] as [RedisArgument] }
                let ids = try await redis.pipeline(adds).compactMap(\.string)
                let read: [RedisArgument] = [
                    "XREADGROUP", "GROUP", "workers", "gone", "COUNT", "3000", "STREAMS", key, ">",
                ]
                _ = try await redis.command(read)
                // Old ones stand behind many that were read just now.
                for id in [ids[1500], ids[2999]] {
                    let age: [RedisArgument] = [
                        "XCLAIM", key, "workers", "gone", "0", RedisArgument(id), "IDLE", "900000",
                    ]
                    _ = try await redis.command(age)
                }
                let feed = WorkFeed(url: fleet.redis, worker: "here")
                var found: [Int] = []
                for _ in 0..<700 where found.count < 2 {
                    guard let entry = try await feed.reclaim(idleMilliseconds: 600_000) else { continue }
                    found.append(entry.task)
                    try await feed.acknowledge(entry)
                }
                #expect(found == [1501, 3000])
                await feed.leave()
            }
        }

        @Test("Streams that are full of what nobody finishes are begun anew, and a run waits for none of it")
        func overfull() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["base"]), TestLayer.dpkg(["app"])]), as: "app", tag: "1")
            try await TestServices.withFleet { fleet in
                let redis = fleet.connection
                let keys = (0..<Streams.layerShards).map { RedisArgument("tallyman:{shard-\($0)}:1") }
                for key in keys {
                    _ = try await redis.command(["XGROUP", "CREATE", key, "workers", "0", "MKSTREAM"])
                    let adds = (1...20).map { ["XADD", key, "*", "task", RedisArgument(-$0)] as [RedisArgument] }
                    _ = try await redis.pipeline(adds)
                    let read: [RedisArgument] = [
                        "XREADGROUP", "GROUP", "workers", "gone", "COUNT", "20", "STREAMS", key, ">",
                    ]
                    _ = try await redis.command(read)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    group.addTask { try await fleet.coordinate(maxAnnounced: 8) }
                    // It takes over nothing that was read within the last ten minutes.
                    group.addTask { try await fleet.work("worker", lease: 300) }
                    let status = try await fleet.scan(registry.host)
                    #expect(status.byState == ["analysed": 1])
                }
                let lengths = try await redis.pipeline(keys.map { ["XLEN", $0] })
                #expect(lengths.allSatisfy { ($0.int ?? 0) < 20 })
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
