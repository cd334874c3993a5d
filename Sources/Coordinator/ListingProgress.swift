import Store

/// How far the listing of a run is, told to the database once a second at most.
actor ListingProgress {
    private static let interval = Duration.seconds(1)

    private let store: Store
    private let run: Int
    private var named = 0
    private var listed = 0
    private var told: ContinuousClock.Instant?

    init(store: Store, run: Int) {
        self.store = store
        self.run = run
    }

    /// Counts repositories that are to be listed.
    func add(named count: Int) async {
        named += count
        await tell()
    }

    /// Counts one whose tags are listed, or that cannot be.
    func addListed() async {
        listed += 1
        await tell()
    }

    private func tell() async {
        let now = ContinuousClock.now
        if let told, now - told < Self.interval { return }
        told = now
        try? await store.noteListing(run: run, named: named, listed: listed)  // a figure for those who wait
    }
}
