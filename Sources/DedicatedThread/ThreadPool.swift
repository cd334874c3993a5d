/// A fixed number of named threads for work that would hold the cooperative pool too long.
///
/// Bodies start in the order they were given. A body that has not started leaves the queue at once when its task is
/// cancelled; one that runs sees `Task.isCancelled` and should look at it between steps. Task-local values reach the
/// body. The threads end once the pool is released and what was enqueued has run.
package final class ThreadPool: TaskExecutor {
    /// A job with its executor, which must outlive the job.
    private struct Entry: Sendable {
        let job: UnownedJob
        let executor: ThreadPool
    }

    private let queue: BlockingQueue<Entry>
    private let permits: Permits

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: what debuggers and `ps -L` show, followed by a number; cut to 15 bytes.
    ///   - threads: how many bodies may run at the same time, at least one.
    /// - Throws: `ThreadStartError` where the system refuses another thread; those already started end.
    package init(name: String, threads: Int) throws(ThreadStartError) {
        let count = max(1, threads)
        let queue = BlockingQueue<Entry>()
        self.queue = queue
        permits = Permits(count: count)
        for index in 0..<count {
            try startThread(named: "\(name)-\(index)") {
                while let entry = queue.pop() {
                    entry.job.runSynchronously(on: entry.executor.asUnownedTaskExecutor())
                }
            }
        }
    }

    deinit {
        queue.close()
    }

    /// Whether all threads have a body; one that comes now waits.
    package var isBusy: Bool { permits.isExhausted }

    /// Runs `body` on one of the threads and returns its result.
    ///
    /// - Parameter body: synchronous work; it may block, and holds its thread until it returns.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, or `CancellationError` where the task was cancelled before `body` started.
    @concurrent
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        do {
            try await permits.acquire()
        } catch {
            throw CancellationError()
        }
        defer { permits.release() }
        return try await withTaskExecutorPreference(self) {
            try await Self.call(body)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.push(Entry(job: UnownedJob(job), executor: self))
    }

    @concurrent
    private static func call<T: Sendable>(_ body: @Sendable () throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try body()
    }
}
