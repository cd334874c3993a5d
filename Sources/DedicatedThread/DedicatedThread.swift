import Glibc
import Synchronization

/// A serial executor that owns one thread, for an actor whose work blocks in C.
///
/// An actor stores it and returns it from `unownedExecutor`; its jobs then run on this thread alone, in the order they
/// were enqueued, and never hold a thread of the cooperative pool. The thread ends once the executor is released and
/// what was enqueued has run.
///
/// ```swift
/// actor Connection {
///     private let thread: DedicatedThread
///     nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
/// }
/// ```
package final class DedicatedThread: SerialExecutor {
    /// A job with its executor, which must outlive the job.
    private struct Entry: Sendable {
        let job: UnownedJob
        let executor: DedicatedThread
    }

    private let queue: BlockingQueue<Entry>
    private let thread: ThreadIdentity

    /// Starts the thread.
    ///
    /// - Parameter name: what debuggers and `ps -L` show; cut to 15 bytes.
    /// - Throws: `ThreadStartError` where the system refuses another thread.
    package init(name: String) throws(ThreadStartError) {
        let queue = BlockingQueue<Entry>()
        let thread = ThreadIdentity()
        self.queue = queue
        self.thread = thread
        try startThread(named: name) {
            thread.setCurrent()
            // The entry, and with it the executor, is released at the end of each turn, perhaps for the last time;
            // `deinit` then closes the queue from this very thread and the loop ends.
            while let entry = queue.pop() {
                entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor())
            }
        }
    }

    deinit {
        queue.close()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        queue.push(Entry(job: UnownedJob(job), executor: self))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(thread.isCurrent, "not on the thread of this executor")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        thread.isCurrent
    }
}

/// Remembers which thread an executor runs on.
private final class ThreadIdentity: Sendable {
    private let value = Mutex<pthread_t?>(nil)

    var isCurrent: Bool {
        value.withLock { thread in
            guard let thread else { return false }
            return pthread_equal(thread, pthread_self()) != 0
        }
    }

    func setCurrent() {
        value.withLock { $0 = pthread_self() }
    }
}
