import Testing

@testable import Worker

@Suite("How many tasks a worker has in hand")
struct SlotWindowTests {
    @Test("A worker that waits for its registry takes more, up to all its slots")
    func workerWaitsForIts() {
        let window = SlotWindow(2...8)
        #expect(window.size == 2)
        for _ in 0..<20 { window.noteArrival(hasFreeThread: true) }
        #expect(window.size == 8)
    }

    @Test("A worker whose threads are busy leaves tasks to others")
    func workerWhoseThreadsAre() {
        let window = SlotWindow(2...8)
        for _ in 0..<20 { window.noteArrival(hasFreeThread: true) }
        for _ in 0..<20 { window.noteArrival(hasFreeThread: false) }
        #expect(window.size == 2)
    }
}
