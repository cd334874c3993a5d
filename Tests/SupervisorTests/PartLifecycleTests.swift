import Testing

@testable import Supervisor

@Suite struct PartLifecycleTests {
    @Test("a part that keeps dying is started again after pauses that double up to ten seconds")
    func doubles() {
        var lifecycle = PartLifecycle()
        var pauses: [PartLifecycle.Action] = []
        #expect(lifecycle.due() == .start)
        for _ in 0..<8 {
            pauses.append(lifecycle.ended(after: .milliseconds(10)))
            #expect(lifecycle.due() == .start)
        }
        let expected: [Duration] = [
            .milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600), .milliseconds(3200),
            .milliseconds(6400), .seconds(10), .seconds(10),
        ]
        #expect(pauses == expected.map(PartLifecycle.Action.pause))
        #expect(lifecycle.failures == 8)
    }

    @Test("a part that lived for a minute begins with the first pause again")
    func recovers() {
        var lifecycle = PartLifecycle()
        for _ in 0..<5 {
            _ = lifecycle.due()
            _ = lifecycle.ended(after: .zero)
        }
        _ = lifecycle.due()
        #expect(lifecycle.ended(after: .seconds(60)) == .pause(.milliseconds(200)))
    }

    @Test("a part that is stopped is not started again, whether it runs or waits")
    func stops() {
        var running = PartLifecycle()
        _ = running.due()
        running.stop()
        #expect(running.ended(after: .seconds(1)) == .finish)
        var waiting = PartLifecycle()
        _ = waiting.due()
        _ = waiting.ended(after: .zero)
        waiting.stop()
        #expect(waiting.due() == .finish)
    }
}
