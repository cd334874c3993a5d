/// How fast a fixed number of customers go round: each waits, then needs the processors, then the network.
///
/// Exact mean value analysis (Reiser and Lavenberg, JACM 1980), with Seidmann's approximation for stations of several
/// servers: one server that is as many times as fast, and the rest of the time as a wait.
struct QueueingNetwork {
    /// Seconds of waiting in a round, for nothing that others would take.
    var wait: Double
    /// CPU seconds of a round, over all processes.
    var cpu: Double
    /// Processors, less what others take of them.
    var cores: Double
    /// Seconds that the whole network is taken in a round.
    var network: Double

    /// Rounds a second, and how busy processors and network are then, each from 0 to 1.
    func throughput(customers: Int) -> (rounds: Double, cpu: Double, network: Double) {
        let cores = max(0.1, cores)
        let processor = cpu / cores
        let delay = wait + cpu * max(0, cores - 1) / cores
        var queues = (processor: 0.0, network: 0.0)
        var rounds = 0.0
        for customer in 1...max(1, customers) {
            let atProcessor = processor * (1 + queues.processor)
            let atNetwork = network * (1 + queues.network)
            rounds = Double(customer) / max(1e-9, delay + atProcessor + atNetwork)
            queues = (rounds * atProcessor, rounds * atNetwork)
        }
        return (rounds, rounds * processor, rounds * network)
    }

    /// The wait with which so many customers make so many rounds a second; 0 where even that is too slow.
    static func wait(
        forRounds rounds: Double,
        customers: Int,
        cpu: Double,
        cores: Double,
        network: Double
    ) -> Double {
        guard rounds > 0 else { return 0 }
        var low = 0.0
        var high = Double(customers) / rounds
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let here = QueueingNetwork(wait: middle, cpu: cpu, cores: cores, network: network)
            if here.throughput(customers: customers).rounds > rounds { low = middle } else { high = middle }
        }
        return low
    }
}
