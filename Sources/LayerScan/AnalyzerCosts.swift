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

    private struct State {
        var byCataloger: [String: Cost] = [:]
        /// What `take()` has told.
        var taken: [String: Cost] = [:]
    }

    private let costs = Mutex(State())

    package init() {}

    /// The costs by the cataloger's name.
    package var byCataloger: [String: Cost] { costs.withLock { $0.byCataloger } }

    /// Runs `body` and notes the CPU time that it took of this thread, under a name that no cataloger has.
    package func measure<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
        let before = Self.threadNanoseconds()
        defer { add(name, bytes: 0, nanoseconds: Self.threadNanoseconds() - before) }
        return try body()
    }

    /// What has come to the costs since the last call, by the cataloger's name.
    package func take() -> [String: Cost] {
        costs.withLock { costs in
            var news = costs.byCataloger
            for (name, known) in costs.taken {
                news[name]?.files -= known.files
                news[name]?.bytes -= known.bytes
                news[name]?.seconds -= known.seconds
            }
            costs.taken = costs.byCataloger
            return news.filter { $0.value.files > 0 }
        }
    }

    func add(_ cataloger: String, bytes: Int, nanoseconds: Int) {
        costs.withLock { costs in
            var cost = costs.byCataloger[cataloger] ?? Cost()
            cost.files += 1
            cost.bytes += bytes
            cost.seconds += Double(nanoseconds) / 1e9
            costs.byCataloger[cataloger] = cost
        }
    }

    /// The CPU time that the calling thread has taken.
    static func threadNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
