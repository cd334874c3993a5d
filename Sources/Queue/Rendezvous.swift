/// Assigns shards to live workers by highest random weight: when a worker comes or goes, only its shards move.
enum Rendezvous {
    /// The shards that belong to `worker` among `workers`.
    static func shards(of worker: String, among workers: [String], count: Int) -> [Int] {
        (0..<count).filter { shard in
            workers.max { (weight($0, shard), $0) < (weight($1, shard), $1) } == worker
        }
    }

    /// FNV-1a over the name and the shard, with a final mix so that near names do not get near weights.
    private static func weight(_ worker: String, _ shard: Int) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in worker.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ UInt64(truncatingIfNeeded: shard)) &* 0x100_0000_01b3
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
