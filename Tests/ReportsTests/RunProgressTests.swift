import Reports
import Testing

@Suite("The time to the end of a run")
struct RunProgressTests {
    /// Layers of a run: how many, and the bytes of each.
    private typealias Layers = (count: Int, bytes: Int)

    private static let mebibyte = 1 << 20

    private func part(_ left: Int, _ ended: Int, events: Int = 10, seconds: Double = 10) -> RunProgress.Part {
        RunProgress.Part(left: left, ended: ended, events: events, seconds: seconds)
    }

    private func progress(
        images: RunProgress.Part,
        layers: RunProgress.Part,
        bytes: RunProgress.Part,
        folding: Int = 0,
        isPlanned: Bool = true
    ) -> RunProgress {
        RunProgress(images: images, layers: layers, bytes: bytes, active: 0, folding: folding, isPlanned: isPlanned)
    }

    /// Seconds for the layers left, where the others ended within ten seconds.
    private func eta(left: Layers, ended: Layers) -> Double? {
        progress(
            images: part(5, 0, events: 0),
            layers: part(left.count, ended.count),
            bytes: part(left.count * left.bytes, ended.count * ended.bytes)
        ).etaSeconds
    }

    @Test("Layers like those that ended take as long as those", arguments: [0, 500, 1 << 20, 300 << 20])
    func alike(bytes: Int) throws {
        let seconds = try #require(eta(left: (100, bytes), ended: (10, bytes)))
        #expect(abs(seconds - 100) < 1e-6)
    }

    @Test(
        "The time is between what the number and what the bytes of the layers say",
        arguments: [(20_000, 50 << 20), (50 << 20, 20_000), (1 << 20, 30 << 20)]
    )
    func bounds(ended: Int, left: Int) throws {
        let seconds = try #require(eta(left: (100, left), ended: (10, ended)))
        let (byNumber, byBytes) = (100.0, 100 * Double(left) / Double(ended))
        #expect(seconds > min(byNumber, byBytes) && seconds < max(byNumber, byBytes))
    }

    @Test("Behind tiny layers, large ones are not told to take hours that the network has no part in")
    func tinyFirst() throws {
        // 400 layers of 10 kB in ten seconds, and 100 of 50 MiB are left: 400 kB/s would take more than three hours.
        let seconds = try #require(eta(left: (100, 50 * Self.mebibyte), ended: (400, 10_000)))
        #expect(seconds > 100 && seconds < 200)
        // Large ones alone say what the network gives.
        #expect(eta(left: (100, 50 * Self.mebibyte), ended: (10, 50 * Self.mebibyte)) == 100)
    }

    @Test("Behind large layers, tiny ones are not told to take no time")
    func largeFirst() throws {
        let seconds = try #require(eta(left: (1000, 0), ended: (10, 9 * Self.mebibyte)))
        #expect(abs(seconds - 100) < 1e-6)
    }

    @Test("Images that are ready and not folded yet may take longer than the layers left; the others say nothing")
    func folds() {
        let layers = part(10, 10)
        let bytes = part(10, 10)
        #expect(progress(images: part(900, 10), layers: layers, bytes: bytes).etaSeconds == 10)
        #expect(progress(images: part(900, 10), layers: layers, bytes: bytes, folding: 800).etaSeconds == 800)
        #expect(progress(images: part(900, 0), layers: layers, bytes: bytes, folding: 800).etaSeconds == 10)
        #expect(progress(images: part(900, 10), layers: part(0, 0), bytes: part(0, 0), folding: 9).etaSeconds == 900)
        #expect(progress(images: part(0, 0), layers: part(0, 0), bytes: part(0, 0)).etaSeconds == 0)
    }

    @Test("What is too little to tell from is told as unknown")
    func unknown() {
        func eta(images: RunProgress.Part, layers: RunProgress.Part, bytes: RunProgress.Part) -> Double? {
            progress(images: images, layers: layers, bytes: bytes).etaSeconds
        }
        #expect(eta(images: part(5, 5), layers: part(9, 2, events: 2), bytes: part(9, 99, events: 2)) == nil)
        #expect(eta(images: part(5, 5), layers: part(9, 9, seconds: 1), bytes: part(9, 9, seconds: 1)) == nil)
        #expect(eta(images: part(5, 0, events: 0), layers: part(0, 0), bytes: part(0, 0)) == nil)
        let unplanned = progress(images: part(5, 5), layers: part(9, 9), bytes: part(9, 9), isPlanned: false)
        #expect(unplanned.etaSeconds == nil && unplanned.eta == nil)
        // As long as layers are left, that no image has been folded yet says nothing.
        #expect(eta(images: part(5, 0, events: 0), layers: part(10, 10), bytes: part(10, 10)) == 10)
    }

    @Test("More than was planned leaves nothing, and no rate is without end")
    func odd() {
        #expect(part(-5, 3).left == 0)
        #expect(part(5, 0).perSecond == nil)
    }

    @Test(
        "The time is told in words",
        arguments: [(0, "about 0 s"), (119, "about 119 s"), (7199, "about 119 min"), (7320, "about 2 h 2 min")]
    )
    func words(seconds: Int, text: String) {
        #expect(progress(images: part(seconds, 10), layers: part(0, 0), bytes: part(0, 0)).eta == text)
    }

    @Test("The time is told in words, however long it is")
    func longest() {
        #expect(progress(images: part(.max, 1), layers: part(0, 0), bytes: part(0, 0)).eta == "about 277777 h 46 min")
    }
}
