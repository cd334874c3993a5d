import Reports
import Testing

@Suite("The time to the end of a run")
struct RunProgressTests {
    private func part(_ left: Int, _ ended: Int, events: Int = 10, seconds: Double = 10) -> RunProgress.Part {
        RunProgress.Part(left: left, ended: ended, events: events, seconds: seconds)
    }

    private func eta(
        images: RunProgress.Part,
        layers: RunProgress.Part,
        bytes: RunProgress.Part,
        isPlanned: Bool = true
    ) -> Double? {
        RunProgress(images: images, layers: layers, bytes: bytes, active: 0, isPlanned: isPlanned).etaSeconds
    }

    @Test("The slower of layers and bytes decides")
    func slowest() {
        #expect(eta(images: part(5, 10), layers: part(100, 10), bytes: part(1000, 1000)) == 100)
        #expect(eta(images: part(5, 10), layers: part(10, 10), bytes: part(100_000, 1000)) == 1000)
        #expect(eta(images: part(900, 10), layers: part(10, 10), bytes: part(10, 10)) == 900)
        #expect(eta(images: part(0, 0), layers: part(0, 0), bytes: part(0, 0)) == 0)
    }

    @Test("What is too little to tell from is told as unknown")
    func unknown() {
        #expect(eta(images: part(5, 5), layers: part(9, 2, events: 2), bytes: part(9, 99, events: 2)) == nil)
        #expect(eta(images: part(5, 5), layers: part(9, 9, seconds: 1), bytes: part(9, 9, seconds: 1)) == nil)
        #expect(eta(images: part(5, 0, events: 0), layers: part(0, 0), bytes: part(0, 0)) == nil)
        #expect(eta(images: part(5, 5), layers: part(9, 9), bytes: part(9, 9), isPlanned: false) == nil)
        // As long as layers are left, that no image has been folded yet says nothing.
        #expect(eta(images: part(5, 0, events: 0), layers: part(10, 10), bytes: part(10, 10)) == 10)
    }

    @Test("More than was planned leaves nothing, and no rate is without end")
    func odd() {
        #expect(part(-5, 3).left == 0)
        #expect(part(5, 0).perSecond == nil)
    }
}
