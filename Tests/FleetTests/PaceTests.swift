import Testing

@testable import Coordinator

@Suite("How often something is done that a large fleet makes dear")
struct PaceTests {
    private let start = ContinuousClock.now

    @Test(
        "What takes long is followed by a pause, so that it has its share of the time and no more, in bounds",
        arguments: [
            (Duration.milliseconds(5), Duration.seconds(1)), (.seconds(1), .seconds(4)), (.seconds(3), .seconds(12)),
            (.seconds(50), .seconds(60)),
        ]
    )
    func share(taken: Duration, pause: Duration) {
        let pace = Pace(share: 5, pause: .seconds(1) ... .seconds(60))
        #expect(pace.next(after: start, start + taken) == start + taken + pause)
    }
}
