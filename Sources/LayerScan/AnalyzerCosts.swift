import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// What each cataloger has cost so far, over all layers and threads that share this value.
package final class AnalyzerCosts: Sendable {
    package struct Cost: Sendable, Encodable {
        package var files = 0
        package var bytes = 0
        /// CPU time of the thread, in seconds.
        package var seconds = 0.0
    }

    private let costs = Mutex<[String: Cost]>([:])

    package init() {}

    /// The costs by the cataloger's name.
    package var byCataloger: [String: Cost] { costs.withLock { $0 } }

    /// The costs by the cataloger's name since the last call, which are forgotten.
    package func take() -> [String: Cost] {
        costs.withLock { costs in
            defer { costs = [:] }
            return costs
        }
    }

    func add(_ cataloger: String, bytes: Int, nanoseconds: Int) {
        costs.withLock { costs in
            var cost = costs[cataloger] ?? Cost()
            cost.files += 1
            cost.bytes += bytes
            cost.seconds += Double(nanoseconds) / 1e9
            costs[cataloger] = cost
        }
    }

    /// The CPU time that the calling thread has taken.
    static func threadNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
