package import Queue
package import Store
package import Telemetry

/// The state of the fleet as Prometheus reads it: from PostgreSQL, from Redis, and what every process has put up there.
package struct FleetFigures: Sendable {
    /// How long each server may take to answer; what does not come is left out, and `tallyman_service_up` says so.
    private static let limit = Duration.seconds(5)
    /// A process that has said nothing for so long is not shown any more, in seconds; after ten times that it is forgotten.
    private static let silence = 60.0

    private let store: Store
    private let dispatcher: Dispatcher
    private let board: ProcessBoard

    package init(store: Store, dispatcher: Dispatcher, board: ProcessBoard) {
        self.store = store
        self.dispatcher = dispatcher
        self.board = board
    }

    /// All of it at this moment.
    package func families() async -> [MetricFamily] {
        async let postgres = Self.attempt { try await fromPostgres() }
        async let redis = Self.attempt { try await fromRedis() }
        let (stored, queued) = await (postgres, redis)
        let up = MetricFamily(
            MetricNames.serviceUp,
            .gauge,
            [
                MetricSample([MetricLabel("service", "postgresql")], stored == nil ? 0 : 1),
                MetricSample([MetricLabel("service", "redis")], queued == nil ? 0 : 1),
            ]
        )
        return [up] + (stored ?? []) + (queued ?? [])
    }

    private static func attempt(_ body: @escaping @Sendable () async throws -> [MetricFamily]) async -> [MetricFamily]?
    {
        try? await Bounded.run(limit, body)  // shown as a service that is down
    }

    private func fromPostgres() async throws -> [MetricFamily] {
        let counts = try await store.counts()
        let depths = try await store.queueDepths()
        let advisories = try await store.advisoryAges()
        let ends = try await store.newestEnds()
        var tasks: [[String]: Int] = [:]
        for kind in ["layer", "inventory"] {
            for state in ["queued", "leased", "done", "dead"] { tasks[[kind, state]] = 0 }
        }
        for row in counts.tasks { tasks[[row.kind, row.state]] = row.count }
        return [
            family(MetricNames.tasks, tasks.map { (["kind": $0.key[0], "state": $0.key[1]], Double($0.value)) }),
            family(MetricNames.runs, counts.runs.map { (["state": $0.state], Double($0.count)) }),
            family(MetricNames.currentImages, [([:], Double(counts.images))]),
            family(MetricNames.packages, [([:], Double(counts.packages))]),
            family(MetricNames.matches, [([:], Double(counts.matches))]),
            family(MetricNames.queueTasks, queue(depths) { Double($0.tasks) }),
            family(MetricNames.queueOldest, queue(depths) { $0.oldestSeconds }),
            family(MetricNames.runFinished, ends.map { (["state": $0.state], $0.seconds.rounded()) }),
            family(MetricNames.hasLeader, [([:], try await store.hasLeader() ? 1 : 0)]),
            family(
                MetricNames.advisoryAge,
                advisories.providers.map { (["provider": $0.provider], $0.seconds.rounded()) }
            ),
            family(
                MetricNames.advisoryRecords,
                advisories.providers.map { (["provider": $0.provider], Double($0.records)) }
            ),
            family(MetricNames.advisoryProblems, [([:], Double(advisories.problems))]),
        ]
    }

    private func fromRedis() async throws -> [MetricFamily] {
        let lengths = try await dispatcher.lengths()
        var entries: [([String: String], Double)] = []
        for (shard, priorities) in lengths.enumerated() {
            for (priority, length) in priorities.enumerated() {
                entries.append((["shard": "\(shard)", "priority": "\(priority)"], Double(length)))
            }
        }
        let workers = try await dispatcher.liveWorkers(within: 30).count
        return [
            family(MetricNames.streamEntries, entries),
            family(MetricNames.workers, [([:], Double(workers))]),
        ] + (try await fromProcesses())
    }

    private func fromProcesses() async throws -> [MetricFamily] {
        let now = Double(try await board.seconds())
        var families: [MetricFamily] = []
        var gone: [String] = []
        for (process, document) in try await board.documents().sorted(by: { $0.key < $1.key }) {
            guard let report = ProcessReport(document), now - report.at <= Self.silence * 10 else {
                gone.append(process)
                continue
            }
            if now - report.at <= Self.silence { families += report.labelled }
        }
        try await board.remove(gone)
        return families
    }

    /// Every shard and priority, the empty ones too: a series that comes and goes cannot be alerted on.
    private func queue(
        _ depths: [QueueDepth],
        _ value: (QueueDepth) -> Double
    ) -> [([String: String], Double)] {
        var values: [[Int]: Double] = [:]
        for shard in 0..<Streams.shards {
            for priority in 0..<Streams.priorities { values[[shard, priority]] = 0 }
        }
        for depth in depths { values[[depth.shard, depth.priority]] = value(depth) }
        return values.map { (["shard": "\($0.key[0])", "priority": "\($0.key[1])"], $0.value) }
    }

    private func family(_ name: String, _ samples: [([String: String], Double)]) -> MetricFamily {
        let sorted = samples.map { labels, value in
            MetricSample(labels.map { MetricLabel($0.key, $0.value) }, value)
        }.sorted { $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value)) }
        return MetricFamily(name, .gauge, sorted)
    }
}
