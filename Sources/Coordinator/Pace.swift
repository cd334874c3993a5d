/// How often something is done whose cost grows with the fleet: at most for one part of the time in `share`.
struct Pace: Sendable {
    var share: Int
    /// What lies between two at least, and at most.
    var pause: ClosedRange<Duration>

    /// When what began and ended at these times is due again.
    func next(after start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> ContinuousClock.Instant {
        end + min(max((end - start) * (share - 1), pause.lowerBound), pause.upperBound)
    }
}
