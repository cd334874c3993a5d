import DedicatedThread
import Glibc
import Testing

private enum Trace {
    @TaskLocal static var id = 0
}

@Suite("ThreadPool")
struct ThreadPoolTests {
    private struct Refused: Error {}

    @Test("A body runs on a thread of the pool and returns its result")
    func runsOnPool() async throws {
        let pool = try ThreadPool(name: "tp-run", threads: 2)
        let (name, sum) = try await pool.run { (ThreadNames.current, (1...10).reduce(0, +)) }
        #expect(name.hasPrefix("tp-run-"))
        #expect(sum == 55)
        #expect(!ThreadNames.current.hasPrefix("tp-run-"))
    }

    @Test("An error of the body reaches the caller")
    func errors() async throws {
        let pool = try ThreadPool(name: "tp-error", threads: 1)
        await #expect(throws: Refused.self) { try await pool.run { throw Refused() } }
        #expect(try await pool.run { 1 } == 1)
    }

    @Test("A pool is busy while each of its threads has a body, and no longer")
    func busy() async throws {
        let pool = try ThreadPool(name: "tp-busy", threads: 1)
        #expect(!pool.isBusy)
        #expect(try await pool.run { pool.isBusy })
        #expect(!pool.isBusy)
    }

    @Test("Task-local values reach the body")
    func taskLocals() async throws {
        let pool = try ThreadPool(name: "tp-local", threads: 1)
        let id = try await Trace.$id.withValue(7) { try await pool.run { Trace.id } }
        #expect(id == 7)
    }

    @Test("No more bodies run at once than there are threads")
    func bounded() async throws {
        let pool = try ThreadPool(name: "tp-bound", threads: 2)
        let counts = Shared((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await pool.run {
                        counts.change {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        usleep(2000)
                        counts.change { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.value.most == 2)
    }

    @Test("A queued body is dropped at once when its task is cancelled")
    func cancelQueued() async throws {
        let pool = try ThreadPool(name: "tp-cancel", threads: 1)
        let isBlocked = Shared(true)
        let ran = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.run { while isBlocked.value { usleep(1000) } }
            }
            try await Task.sleep(for: .milliseconds(30))
            let queued = Task { try await pool.run { ran.change { $0 = true } } }
            try await Task.sleep(for: .milliseconds(30))
            queued.cancel()
            await #expect(throws: CancellationError.self) { try await queued.value }
            isBlocked.change { $0 = false }
            try await group.waitForAll()
        }
        #expect(!ran.value)
    }

    @Test("A running body sees that its task was cancelled")
    func cancelRunning() async throws {
        let pool = try ThreadPool(name: "tp-flag", threads: 1)
        let task = Task {
            try await pool.run { () -> Bool in
                for _ in 0..<2000 {
                    if Task.isCancelled { return true }
                    usleep(1000)
                }
                return false
            }
        }
        try await Task.sleep(for: .milliseconds(30))
        task.cancel()
        #expect(try await task.value)
    }

    @Test("The threads end when the pool is released")
    func endsWhenReleased() async throws {
        do {
            let pool = try ThreadPool(name: "tp-end", threads: 3)
            try await pool.run {}
            #expect(try await eventually { ThreadNames.count(prefix: "tp-end") == 3 })
        }
        #expect(try await eventually { ThreadNames.count(prefix: "tp-end") == 0 })
    }
}
