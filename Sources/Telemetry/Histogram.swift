import Synchronization

/// Observations in seconds, counted by size.
final class Histogram: Sendable {
    /// The upper bounds of the buckets, in seconds: from a query's millisecond to the minutes of a large layer.
    static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]

    private struct State {
        var sum = 0.0
        var buckets = [Int](repeating: 0, count: Histogram.bounds.count + 1)
    }

    private let state = Mutex(State())

    func observe(_ value: Double) {
        let place = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.sum += value
            state.buckets[place] += 1
        }
    }

    /// The sum and the counts of the buckets.
    var observed: (sum: Double, buckets: [Int]) { state.withLock { ($0.sum, $0.buckets) } }
}
