import Logging
import Queue
import Redis
import Store
import Telemetry

/// Tells Redis which tasks are queued, and tells it again whenever it has forgotten.
actor Announcer {
    private static let batch = 1_000
    /// How many times what is ever announced the streams of a kind and priority may hold: two coordinators for a moment, and
    /// entries that came twice.
    private static let excess = 4
    /// A stream that is empty although PostgreSQL has tasks announced in it for this long has lost them.
    private static let patienceSeconds = 3

    private let store: Store
    private let dispatcher: Dispatcher
    private let limit: Int
    private let logger: Logger
    private let proposal: String
    private var ticks = 0
    private var rounds: [Range<Int>: Int] = [:]
    private var outage = AnnouncementOutage()
    /// Whose last round failed.
    private var failing: Set<Range<Int>> = []

    init(store: Store, dispatcher: Dispatcher, limit: Int, logger: Logger) {
        self.store = store
        self.dispatcher = dispatcher
        self.limit = limit
        self.logger = logger
        proposal = "\(UInt64.random(in: 0 ..< .max))"
    }

    /// One round of tasks of these priorities; a Redis that cannot be reached is tried again in the next.
    ///
    /// Rounds of other priorities may go on beside it.
    func announce(_ priorities: Range<Int>) async {
        do {
            ticks &+= 1
            rounds[priorities, default: 0] &+= 1
            let epoch = try await dispatcher.epoch(proposal: "\(proposal)-\(ticks)")
            let lengths = try await dispatcher.lengths()
            if rounds[priorities, default: 0] % 8 == 0 { try await noticeLosses(lengths, priorities) }
            // Room of their own: what is urgent does not wait until bulk work makes some, nor folds until layers do.
            for (kind, shards) in [
                (TaskKind.layer, 0..<Streams.layerShards), (.inventory, Streams.layerShards..<Streams.shards),
            ] {
                for priority in priorities {
                    var length = lengths[shards].reduce(0) { $0 + $1[priority] }
                    if length > limit * Self.excess {
                        try await beginAnew(shards, priority, lengths)
                        length = 0
                    }
                    try await announce(kind, priority: priority, room: limit - length, epoch: epoch)
                }
            }
            failing.remove(priorities)
            // Rounds that began before an outage may end well in it.
            if failing.isEmpty, let text = outage.worked() { logger.notice("\(text)") }
        } catch {
            // The coordinator is stopped: no server is away.
            guard !Task.isCancelled else { return }
            failing.insert(priorities)
            if let text = outage.failed(error) { logger.warning("\(text)") }
            // The connection is the other rounds', too, and stays where Redis is not to blame.
            if error is RedisError { await dispatcher.close() }
        }
    }

    private func announce(_ kind: TaskKind, priority: Int, room: Int, epoch: String) async throws {
        var room = room
        while room > 0 {
            let tasks = try await store.undispatched(
                epoch: epoch,
                kind: kind,
                priority: priority,
                limit: min(room, Self.batch)
            )
            guard !tasks.isEmpty else { break }
            // Announced first and noted after: a crash in between announces twice, which claims see through.
            try await dispatcher.announce(
                tasks.map { Dispatcher.Item(task: $0.id, shard: $0.shard, priority: $0.priority) }
            )
            try await store.markDispatched(tasks, epoch: epoch)
            room -= tasks.count
        }
    }

    /// Begins the streams of a priority anew that are full of what nobody announces.
    ///
    /// Workers try entries one after the other, and nothing more is announced meanwhile: a million of them would hold up bulk
    /// runs for an hour. PostgreSQL knows what has to be in a stream.
    private func beginAnew(_ shards: Range<Int>, _ priority: Int, _ lengths: [[Int]]) async throws {
        var (entries, tasks) = (0, 0)
        for shard in shards where lengths[shard][priority] > 0 {
            // In this order: what breaks in between has them announced twice, not never.
            tasks += try await store.forgetDispatch(shard: shard, priority: priority, olderThanSeconds: 0)
            try await dispatcher.drop(shard: shard, priority: priority)
            entries += lengths[shard][priority]
        }
        logger.warning(
            "streams in Redis had \(entries) entries, more than are ever announced: \(tasks) tasks are announced anew"
        )
    }

    private func noticeLosses(_ lengths: [[Int]], _ priorities: Range<Int>) async throws {
        let replayed = try await dispatcher.replayOrphans(lengths, of: priorities)
        if replayed > 0 { logger.warning("\(replayed) streams in Redis had entries that nobody would read") }
        for stream in try await store.queuedByStream() where priorities.contains(stream.priority) {
            guard lengths.indices.contains(stream.shard), lengths[stream.shard].indices.contains(stream.priority),
                lengths[stream.shard][stream.priority] == 0
            else { continue }
            let lost = try await store.forgetDispatch(
                shard: stream.shard,
                priority: stream.priority,
                olderThanSeconds: Self.patienceSeconds
            )
            Measure.count(MetricNames.announcementsLost, by: lost)
            if lost > 0 { logger.warning("shard \(stream.shard) lost \(lost) tasks in Redis; they are announced anew") }
        }
    }
}
