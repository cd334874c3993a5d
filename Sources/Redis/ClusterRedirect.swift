/// A server's word that another one is to be asked (Redis Cluster specification, "MOVED Redirection", "ASK Redirection").
struct ClusterRedirect: Equatable {
    let slot: Int
    let address: RedisConfiguration.Address
    /// Whether it is meant for this command alone, while the slot moves.
    let isAsk: Bool

    /// Reads `MOVED 3999 127.0.0.1:6381`; nil for any other error.
    ///
    /// A server that does not know its own host leaves it out: then that of `origin` counts.
    init?(_ message: String, from origin: RedisConfiguration.Address) {
        let words = message.split(separator: " ")
        guard words.count >= 3, words[0] == "MOVED" || words[0] == "ASK", let slot = Int(words[1]),
            (0..<ClusterSlot.count).contains(slot), let colon = words[2].lastIndex(of: ":"),
            let port = Int(words[2][words[2].index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = String(words[2][..<colon])
        if host.isEmpty, case .tcp(let own, _) = origin { host = own }
        guard !host.isEmpty else { return nil }
        self.slot = slot
        address = .tcp(host: host, port: port)
        isAsk = words[0] == "ASK"
    }
}

/// What is known of where a cluster's slots are; empty for a single server.
///
/// Nothing is asked beforehand: a command for a slot not known yet goes to the first server, which names the right one.
struct ClusterMap {
    private var slots: [Int: RedisConfiguration.Address] = [:]

    /// The servers that slots are known to be on.
    var servers: Set<RedisConfiguration.Address> { Set(slots.values) }

    /// Where a command goes, as far as that is known.
    func server(for command: [RedisArgument]) -> RedisConfiguration.Address? {
        guard !slots.isEmpty, let key = ClusterSlot.key(of: command) else { return nil }
        return slots[ClusterSlot.of(key)]
    }

    mutating func learn(_ redirect: ClusterRedirect) { slots[redirect.slot] = redirect.address }

    /// Forgets what was on a server that does not answer: after a failover others have it.
    mutating func forget(_ server: RedisConfiguration.Address) { slots = slots.filter { $0.value != server } }
}
