import Store

/// How far the listing of a run is, told to the database once a second at most, and at the end of each pass.
actor ListingProgress {
    private static let interval = Duration.seconds(1)

    private let store: Store
    private let run: Int
    private var named = 0
    private var listed = 0
    private var told: ContinuousClock.Instant?
    private var isTelling = false
    private var isUntold = false

    init(store: Store, run: Int) {
        self.store = store
        self.run = run
    }

    /// Counts repositories that are to be listed.
    func add(named count: Int) async {
        named += count
        await tell()
    }

    /// Counts those whose tags are listed, or that cannot be.
    func add(listed count: Int) async {
        listed += count
        await tell()
    }

    /// Tells how far it is, whatever was told a moment ago: there may be nothing more to tell for minutes.
    func tellNow() async {
        isUntold = true
        // One at a time: an older figure must not come after a newer one.
        guard !isTelling else { return }
        isTelling = true
        defer { isTelling = false }
        while isUntold {
            isUntold = false
            told = ContinuousClock.now
            try? await store.noteListing(run: run, named: named, listed: listed)  // a figure for those who wait
        }
    }

    private func tell() async {
        if let told, ContinuousClock.now - told < Self.interval { return }
        await tellNow()
    }
}
