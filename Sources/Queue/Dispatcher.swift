import Redis

/// The coordinator's side of Redis: announces queued tasks, and knows when Redis has lost what it was told.
package actor Dispatcher {
    /// A task to be announced.
    package struct Item: Sendable {
        package var task: Int
        package var shard: Int
        package var priority: Int

        package init(task: Int, shard: Int, priority: Int) {
            self.task = task
            self.shard = shard
            self.priority = priority
        }
    }

    private let link: SharedConnection

    package init(url: String) { link = SharedConnection(url: url) }

    /// A mark that lives and dies with Redis' data: a flush, an empty restart or another server gives another one.
    ///
    /// Tasks announced under another mark are announced anew.
    package func epoch(proposal: String) async throws -> String {
        let redis = try await link.connection()
        _ = try await redis.command(["SET", Streams.epoch, RedisArgument(proposal), "NX"])
        guard let epoch = try await redis.command(["GET", Streams.epoch], on: Streams.epoch, .string).string
        else { return proposal }
        return epoch
    }

    /// Adds tasks to their streams in one round trip; makes the groups that are missing.
    package func announce(_ items: [Item]) async throws {
        guard !items.isEmpty else { return }
        let redis = try await link.connection()
        let places = Set(items.map { [$0.shard, $0.priority] })
        let groups = places.map { place -> [RedisArgument] in
            let key = Streams.key(shard: place[0], priority: place[1])
            return ["XGROUP", "CREATE", RedisArgument(key), Streams.group, "0", "MKSTREAM"]
        }
        // A group that is there already answers BUSYGROUP, which is as good.
        _ = try await redis.pipeline(groups)
        let replies = try await redis.pipeline(
            items.map { item in
                let key = Streams.key(shard: item.shard, priority: item.priority)
                return ["XADD", RedisArgument(key), "*", "task", RedisArgument(item.task)]
            }
        )
        var failure: RedisError?
        var usedUp: Set<String> = []
        for (item, reply) in zip(items, replies) {
            do throws(RedisError) {
                _ = try reply.get()
            } catch {
                failure = failure ?? error
                guard error.message.contains("exhausted the last possible ID") else { continue }
                usedUp.insert(Streams.key(shard: item.shard, priority: item.priority))
            }
        }
        // An entry with the highest number of all is in them, and none can follow: the next round begins new streams.
        for key in usedUp { try await redis.command(["DEL", RedisArgument(key)]) }
        if let failure { throw failure }
    }

    /// How many entries each stream holds that nobody has finished.
    ///
    /// What stands under a stream's name and is none is deleted: the stream is one that was lost.
    package func lengths() async throws -> [[Int]] {
        let redis = try await link.connection()
        let places = (0..<Streams.shards).flatMap { shard in (0..<Streams.priorities).map { (shard, $0) } }
        let replies = try await redis.pipeline(
            places.map { ["XLEN", RedisArgument(Streams.key(shard: $0.0, priority: $0.1))] }
        )
        var lengths = Array(repeating: Array(repeating: 0, count: Streams.priorities), count: Streams.shards)
        for (place, reply) in zip(places, replies) {
            do throws(RedisError) {
                lengths[place.0][place.1] = try reply.get().int ?? 0
            } catch {
                guard error.isWrongKind else { throw error }
                let key = RedisArgument(Streams.key(shard: place.0, priority: place.1))
                try await redis.deleteOthers([key], than: [.stream])
            }
        }
        return lengths
    }

    /// Deletes a stream with all its entries, whoever has read them; the next announcement begins another.
    package func drop(shard: Int, priority: Int) async throws {
        let redis = try await link.connection()
        // Redis frees a million entries beside, and answers others meanwhile.
        try await redis.command(["UNLINK", RedisArgument(Streams.key(shard: shard, priority: priority))])
    }

    /// Has the entries of these priorities' streams delivered again that no worker will ever see; returns how many had such.
    ///
    /// A group that somebody made anew at the stream's end passes over what is in it, and forgets who has read what.
    package func replayOrphans(_ lengths: [[Int]], of priorities: Range<Int>) async throws -> Int {
        let redis = try await link.connection()
        var replayed = 0
        for (shard, ofShard) in lengths.enumerated() {
            for (priority, length) in ofShard.enumerated() where length > 0 && priorities.contains(priority) {
                let key = Streams.key(shard: shard, priority: priority)
                let replies = try await redis.pipeline([
                    ["XINFO", "GROUPS", RedisArgument(key)],
                    ["XREVRANGE", RedisArgument(key), "+", "-", "COUNT", "1"],
                ])
                guard replies.count == 2, let group = replies[0].array?.compactMap(\.pairs).first(where: Self.isOurs),
                    Self.text(group["pending"]) == "0", let last = try replies[1].streamEntries().first?.id,
                    let delivered = StreamPosition(Self.text(group["last-delivered-id"])),
                    let end = StreamPosition(last), end <= delivered
                else { continue }
                _ = try await redis.pipeline([["XGROUP", "SETID", RedisArgument(key), Streams.group, "0"]])
                replayed += 1
            }
        }
        return replayed
    }

    private static func isOurs(_ group: [String: [UInt8]]) -> Bool { text(group["name"]) == "workers" }

    private static func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    /// The workers that gave a sign of life within the last `seconds`.
    package func liveWorkers(within seconds: Int) async throws -> [String] {
        let redis = try await link.connection()
        let now = try await redis.serverSeconds()
        let silent: [RedisArgument] = ["ZREMRANGEBYSCORE", Streams.workers, "-inf", RedisArgument(now - seconds * 20)]
        try await redis.command(silent, on: Streams.workers, .zset)
        return try await redis.command(["ZRANGEBYSCORE", Streams.workers, RedisArgument(now - seconds), "+inf"]).strings
            ?? []
    }

    /// Closes the connection; whoever asks later has a new one.
    package func close() async {
        await link.close()
    }
}
