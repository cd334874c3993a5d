import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// What each cataloger has cost so far, over all layers and threads that share this value.
package final class AnalyzerCosts: Sendable {
    package struct Cost: Sendable, Codable {
        package var files = 0
        package var bytes = 0
        /// CPU time of the thread, in seconds.
        package var seconds = 0.0
    }

    private let costs = Mutex<[String: Cost]>([:])

    package init() {}

    /// The costs by the cataloger's name.
    package var byCataloger: [String: Cost] { costs.withLock { $0 } }

    /// Runs `body` and notes the CPU time that it took of this thread, under a name that no cataloger has.
    package func measure<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
        let before = Self.threadNanoseconds()
        defer { add(name, bytes: 0, nanoseconds: Self.threadNanoseconds() - before) }
        return try body()
    }

    func add(_ cataloger: String, bytes: Int, nanoseconds: Int) {
        costs.withLock { costs in
            costs[cataloger, default: Cost()].files += 1
            costs[cataloger, default: Cost()].bytes += bytes
            costs[cataloger, default: Cost()].seconds += Double(nanoseconds) / 1e9
        }
    }

    /// The CPU time that the calling thread has taken.
    static func threadNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
