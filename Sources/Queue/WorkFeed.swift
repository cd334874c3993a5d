import Redis

/// The worker's side of Redis: which tasks to try to claim next.
package actor WorkFeed {
    /// An announced task, to be acknowledged once PostgreSQL has the last word on it.
    package struct Entry: Sendable {
        package let task: Int
        package let priority: Int
        let stream: String
        let id: String
    }

    /// What a slot would do next.
    package enum Wish: Sendable {
        /// A layer; where there is none, a fold.
        case layersFirst
        case foldsOnly
    }

    private let link: SharedConnection
    private let worker: String
    private var owned: Set<Int> = []
    /// Whether others know that this worker is short of room.
    private var isMarked = false
    /// Where the look through each stream's unfinished entries goes on.
    private var cursors: [String: String] = [:]

    package init(url: String, worker: String) {
        link = SharedConnection(url: url)
        self.worker = worker
    }

    /// Gives a sign of life and takes the shards that fall to this worker among those alive.
    ///
    /// Tells the others whether this worker `isShort` of room for temporary files, and returns how many of them are not.
    @discardableResult
    package func heartbeat(aliveWithin seconds: Int, isShort: Bool = false) async throws -> Int {
        let redis = try await link.connection()
        let now = try await redis.serverSeconds()
        let sign: [RedisArgument] = ["ZADD", Streams.workers, RedisArgument(now), RedisArgument(worker)]
        try await redis.command(sign, on: Streams.workers, .zset)
        let live =
            try await redis.command(["ZRANGEBYSCORE", Streams.workers, RedisArgument(now - seconds), "+inf"]).strings
            ?? [worker]
        owned = Set(Rendezvous.shards(of: worker, among: live.sorted(), count: Streams.shards))
        let short = try await short(now, within: seconds, isShort: isShort, redis)
        return live.count { $0 != worker && !short.contains($0) }
    }

    /// The workers that are short of room, this one noted or taken away.
    private func short(
        _ now: Int,
        within seconds: Int,
        isShort: Bool,
        _ redis: RedisConnection
    ) async throws -> Set<String> {
        if isShort {
            let sign: [RedisArgument] = ["ZADD", Streams.short, RedisArgument(now), RedisArgument(worker)]
            try await redis.command(sign, on: Streams.short, .zset)
            isMarked = true
        } else if isMarked {
            try await redis.command(["ZREM", Streams.short, RedisArgument(worker)], on: Streams.short, .zset)
            isMarked = false
        }
        let silent: [RedisArgument] = ["ZREMRANGEBYSCORE", Streams.short, "-inf", RedisArgument(now - seconds * 20)]
        if isShort { try await redis.command(silent, on: Streams.short, .zset) }
        let wanted: [RedisArgument] = ["ZRANGEBYSCORE", Streams.short, RedisArgument(now - seconds), "+inf"]
        return Set(try await redis.command(wanted, on: Streams.short, .zset).strings ?? [])
    }

    /// Gives up the worker's shards at once, and closes the connection.
    package func leave() async {
        for key in [Streams.workers, Streams.short] {
            _ = try? await link.current?.command(["ZREM", key, RedisArgument(worker)])  // gone soon anyway
        }
        await link.close()
    }

    /// The next entry to try, most urgent first, then as wished: from this worker's shards, else from any other
    /// ("stealing").
    ///
    /// With `interactiveOnly` bulk streams are not looked at: that is how capacity is kept for interactive work.
    package func next(interactiveOnly: Bool, _ wish: Wish = .layersFirst) async throws -> Entry? {
        let folds = shuffled(Streams.layerShards..<Streams.shards)
        let shards =
            switch wish {
            case .layersFirst: shuffled(0..<Streams.layerShards) + folds
            case .foldsOnly: folds
            }
        for priority in 0..<(interactiveOnly ? 1 : Streams.priorities) {
            if let entry = try await read(shards, priority: priority) { return entry }
        }
        return nil
    }

    /// Shards in any order, this worker's own first.
    private func shuffled(_ shards: Range<Int>) -> [Int] {
        shards.filter(owned.contains).shuffled() + shards.filter { !owned.contains($0) }.shuffled()
    }

    private func read(_ shards: [Int], priority: Int) async throws -> Entry? {
        let redis = try await link.connection()
        let keys = shards.map { Streams.key(shard: $0, priority: priority) }
        // Lengths first, in one round trip: most streams are empty most of the time.
        let lengths = try await redis.pipeline(keys.map { ["XLEN", RedisArgument($0)] })
        for (key, length) in zip(keys, lengths) where (length.int ?? 0) > 0 {
            let reply = try await redis.pipeline([
                [
                    "XREADGROUP", "GROUP", Streams.group, RedisArgument(worker), "COUNT", "1", "STREAMS",
                    RedisArgument(key), ">",
                ]
            ]).first
            guard let reply else { continue }
            if case .error(let message) = reply {
                guard message.hasPrefix("NOGROUP") else {
                    _ = try reply.get()
                    continue
                }
                // The stream outlived its group (an eviction, a restart): at 0, so that nothing in it is passed over.
                _ = try await redis.pipeline([
                    ["XGROUP", "CREATE", RedisArgument(key), Streams.group, "0", "MKSTREAM"]
                ])
                continue
            }
            if let entry = try await entry(from: try reply.streamBatches().first?.entries ?? [], key, priority) {
                return entry
            }
        }
        return nil
    }

    /// Takes over an entry that another worker read and did not finish within `idle`.
    ///
    /// Each call looks at a few entries of each stream and goes on where the last one stopped: however many are unfinished,
    /// those that are too young to be taken do not hide the others.
    package func reclaim(idleMilliseconds: Int) async throws -> Entry? {
        let redis = try await link.connection()
        for shard in (0..<Streams.shards).shuffled() {
            for priority in 0..<Streams.priorities {
                let key = Streams.key(shard: shard, priority: priority)
                let reply = try await redis.pipeline([
                    [
                        "XAUTOCLAIM", RedisArgument(key), Streams.group, RedisArgument(worker),
                        RedisArgument(idleMilliseconds), RedisArgument(cursors[key] ?? "0-0"), "COUNT", "1",
                    ]
                ]).first
                guard let reply else { continue }
                if case .error = reply { continue }  // no stream, no group: nothing to take over
                let claimed = try reply.autoclaim()
                cursors[key] = claimed.next
                if let entry = try await entry(from: claimed.entries, key, priority) { return entry }
            }
        }
        return nil
    }

    private func entry(from entries: [RedisStreamEntry], _ key: String, _ priority: Int) async throws -> Entry? {
        guard let first = entries.first else { return nil }
        guard let task = first["task"].flatMap(Int.init) else {
            try await acknowledge(Entry(task: 0, priority: priority, stream: key, id: first.id))
            return nil
        }
        return Entry(task: task, priority: priority, stream: key, id: first.id)
    }

    /// Removes an entry: its task is done, set aside, held by somebody else, or will be announced anew.
    package func acknowledge(_ entry: Entry) async throws {
        let redis = try await link.connection()
        _ = try await redis.pipeline([
            ["XACK", RedisArgument(entry.stream), Streams.group, RedisArgument(entry.id)],
            ["XDEL", RedisArgument(entry.stream), RedisArgument(entry.id)],
        ])
    }
}
