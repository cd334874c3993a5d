import DedicatedThread
import Dispatch
import Testing

private actor Recorder {
    private let thread: DedicatedThread
    private var seen: [Int] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(thread: DedicatedThread) {
        self.thread = thread
    }

    func record(_ number: Int) { seen.append(number) }
    func numbers() -> [Int] { seen }
    func threadName() -> String { ThreadNames.current }
    func block(until semaphore: DispatchSemaphore) { semaphore.wait() }
    nonisolated func assumeIsolatedCount() -> Int { assumeIsolated { $0.seen.count } }
    func countFromWithin() -> Int { assumeIsolatedCount() }
}

@Suite("DedicatedThread")
struct DedicatedThreadTests {
    @Test("An actor runs on the named thread, before and after a suspension")
    func runsOnItsThread() async throws {
        let recorder = Recorder(thread: try DedicatedThread(name: "dt-runs"))
        #expect(await recorder.threadName() == "dt-runs")
        try await Task.sleep(for: .milliseconds(1))
        #expect(await recorder.threadName() == "dt-runs")
        #expect(ThreadNames.current != "dt-runs")
    }

    @Test("A long name is cut to what the system keeps")
    func longName() async throws {
        let recorder = Recorder(thread: try DedicatedThread(name: "dt-name-longer-than-fifteen"))
        #expect(await recorder.threadName() == "dt-name-longer-")
    }

    @Test("Jobs of one task keep their order and none is lost among many tasks")
    func order() async throws {
        let recorder = Recorder(thread: try DedicatedThread(name: "dt-order"))
        for number in 0..<500 { await recorder.record(number) }
        #expect(await recorder.numbers() == Array(0..<500))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 { group.addTask { await recorder.record(number) } }
        }
        #expect(await recorder.numbers().count == 2500)
    }

    @Test("The executor knows its own thread")
    func isolationCheck() async throws {
        let recorder = Recorder(thread: try DedicatedThread(name: "dt-isolation"))
        await recorder.record(1)
        #expect(await recorder.countFromWithin() == 1)
    }

    @Test("The thread ends when its actor is released")
    func endsWhenReleased() async throws {
        do {
            let recorder = Recorder(thread: try DedicatedThread(name: "dt-released"))
            #expect(await recorder.threadName() == "dt-released")
        }
        #expect(try await eventually { ThreadNames.count(prefix: "dt-released") == 0 })
    }

    @Test("Actors that block on their threads hold up no timer", .timeLimit(.minutes(1)))
    func timersGoOn() async throws {
        // More than the pool of Swift's own tasks has threads; they go on once timers have ended.
        let recorders = try (0..<16).map { Recorder(thread: try DedicatedThread(name: "dt-block-\($0)")) }
        let end = DispatchSemaphore(value: 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for recorder in recorders { group.addTask { await recorder.block(until: end) } }
            for _ in 0..<5 { try await Task.sleep(for: .milliseconds(5)) }
            for _ in recorders { end.signal() }
            try await group.waitForAll()
        }
    }
}
