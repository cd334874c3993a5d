/// How little a client may take of an export before it is ended for those who wait for its place.
package struct ExportBounds: Sendable {
    /// Bytes a second, on the average over `window`.
    package var bytesPerSecond: Int
    package var window: Duration

    package init(bytesPerSecond: Int = 1 << 20, window: Duration = .seconds(60)) {
        self.bytesPerSecond = bytesPerSecond
        self.window = window
    }
}

/// How quickly a client takes an export, over one window of time after the other.
///
/// A client is slow only where the database has waited for it: an export of which nothing has come yet is nobody's fault.
struct ExportPace: Sendable {
    private let bounds: ExportBounds
    private var start: ContinuousClock.Instant
    private var taken = 0
    private var waited = Duration.zero
    private var waitsSince: ContinuousClock.Instant?
    private var wasSlow = false

    init(_ bounds: ExportBounds, now: ContinuousClock.Instant) {
        self.bounds = bounds
        start = now
    }

    /// The client takes some bytes.
    mutating func take(_ bytes: Int) { taken += bytes }

    /// The database begins to wait for the client.
    mutating func beginWait(_ now: ContinuousClock.Instant) { waitsSince = now }

    /// The database goes on.
    mutating func endWait(_ now: ContinuousClock.Instant) {
        if let since = waitsSince { waited += now - since }
        waitsSince = nil
        guard now - start >= bounds.window else { return }
        wasSlow = judge(now)
        start = now
        taken = 0
        waited = .zero
    }

    /// Whether the client took too little in the newest window that is over.
    func isSlow(_ now: ContinuousClock.Instant) -> Bool { now - start >= bounds.window ? judge(now) : wasSlow }

    private func judge(_ now: ContinuousClock.Instant) -> Bool {
        let length = now - start
        let waiting = waited + (waitsSince.map { now - $0 } ?? .zero)
        return waiting * 2 > length && Double(taken) < Double(bounds.bytesPerSecond) * (length / .seconds(1))
    }
}
