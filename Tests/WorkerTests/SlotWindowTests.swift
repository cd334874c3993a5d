import Testing

@testable import Worker

@Suite("How many tasks a worker has in hand")
struct SlotWindowTests {
    @Test("A worker that waits for its registry takes more, up to all its slots")
    func workerWaitsForIts() {
        let window = SlotWindow(2...8)
        #expect(window.size == 2)
        for _ in 0..<20 { window.note(network: .milliseconds(400), thread: .milliseconds(1)) }
        #expect(window.size == 8)
    }

    @Test("Layers that come in one moment and wait for each other a little leave the window as it is")
    func bursts() {
        let window = SlotWindow(2...8)
        for _ in 0..<20 {
            // Two threads; each layer takes 20 ms.
            for place in 0..<window.size {
                window.note(network: .milliseconds(400), thread: .milliseconds(place / 2 * 20))
            }
        }
        #expect(window.size == 8)
    }

    @Test("A worker whose threads are busy leaves tasks to others")
    func workerWhoseThreadsAre() {
        let window = SlotWindow(2...8)
        for _ in 0..<20 { window.note(network: .milliseconds(400), thread: .zero) }
        for _ in 0..<20 { window.note(network: .milliseconds(5), thread: .milliseconds(40)) }
        #expect(window.size == 2)
    }
}
