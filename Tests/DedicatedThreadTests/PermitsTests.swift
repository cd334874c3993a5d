import DedicatedThread
import Testing

@Suite("Permits")
struct PermitsTests {
    @Test("Waiters are served in the order they came")
    func order() async throws {
        let permits = Permits(count: 1)
        try await permits.acquire()
        let served = Shared<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    try await permits.acquire()
                    served.change { $0.append(number) }
                    permits.release()
                }
                #expect(try await eventually { permits.waiting == number + 1 })
            }
            permits.release()
            try await group.waitForAll()
        }
        #expect(served.value == Array(0..<5))
    }

    @Test("A wait ends when its time is up, however short", arguments: [Duration.zero, .milliseconds(20)])
    func timeout(_ timeout: Duration) async throws {
        let permits = Permits(count: 1)
        try await permits.acquire()
        await #expect(throws: Permits.Refusal.timedOut) { try await permits.acquire(timeout: timeout) }
        #expect(permits.waiting == 0)
        permits.release()
        try await permits.acquire(timeout: timeout)
    }

    @Test("A cancelled waiter leaves at once and takes no permit")
    func cancellation() async throws {
        let permits = Permits(count: 1)
        try await permits.acquire()
        let waiter = Task { try await permits.acquire(timeout: .seconds(30)) }
        #expect(try await eventually { permits.waiting == 1 })
        waiter.cancel()
        await #expect(throws: Permits.Refusal.cancelled) { try await waiter.value }
        permits.release()
        try await permits.acquire(timeout: .milliseconds(10))
    }

    @Test("Closing refuses those who wait and those who come later")
    func closing() async throws {
        let permits = Permits(count: 1)
        try await permits.acquire()
        let waiter = Task { try await permits.acquire() }
        #expect(try await eventually { permits.waiting == 1 })
        permits.close()
        await #expect(throws: Permits.Refusal.closed) { try await waiter.value }
        await #expect(throws: Permits.Refusal.closed) { try await permits.acquire() }
    }

    @Test("No permit is lost or made up where waits are cancelled, time out and are served at random")
    func churn() async throws {
        let permits = Permits(count: 3)
        let held = Shared((now: 0, most: 0))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let task = Task {
                        do throws(Permits.Refusal) {
                            try await permits.acquire(timeout: .milliseconds(number % 7))
                        } catch {
                            return
                        }
                        held.change {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        await Task.yield()
                        held.change { $0.now -= 1 }
                        permits.release()
                    }
                    if number % 3 == 0 { task.cancel() }
                    await task.value
                }
            }
        }
        #expect(held.value.most <= 3)
        for _ in 0..<3 { try await permits.acquire(timeout: .milliseconds(100)) }
        await #expect(throws: Permits.Refusal.timedOut) { try await permits.acquire(timeout: .milliseconds(1)) }
    }
}
