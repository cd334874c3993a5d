import Redis

/// The streams that tell workers what to claim, one per shard and priority.
///
/// Redis holds nothing that PostgreSQL does not: an entry is a task's number, and whoever reads it still has to claim
/// the task in PostgreSQL. The keys of a shard share a hash tag, so that Redis Cluster keeps them together.
package enum Streams {
    /// How many shards layers are spread over, the first ones, and as many again for the folds of images.
    ///
    /// Layers wait for registries and folds for processors, so a worker reads them apart: neither shall keep the other
    /// waiting. A task keeps its shard until it is planned for another analysis version: fewer of them need a migration.
    package static let layerShards = 16
    /// All shards.
    package static let shards = 2 * layerShards
    /// Priority 0 is interactive, 1 is bulk.
    package static let priorities = 2
    static let group: RedisArgument = "workers"

    static func key(shard: Int, priority: Int) -> String { "tallyman:{shard-\(shard)}:\(priority)" }

    static let epoch: RedisArgument = "tallyman:epoch"
    static let workers: RedisArgument = "tallyman:workers"
    /// The workers that have no room for temporary files, with the time of their last sign of life.
    static let short: RedisArgument = "tallyman:short"
}
