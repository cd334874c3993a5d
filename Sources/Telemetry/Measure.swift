import CoreMetrics

/// Shorthands for counting; each finds its series by name and labels.
package enum Measure {
    /// Adds to a counter; an amount below one changes nothing.
    package static func count(_ name: String, _ labels: [(String, String)] = [], by amount: Int = 1) {
        guard amount > 0 else { return }
        Counter(label: name, dimensions: labels).increment(by: amount)
    }

    /// Adds a span of time to a counter of seconds.
    package static func add(_ name: String, _ labels: [(String, String)] = [], seconds: Double) {
        guard seconds > 0 else { return }
        FloatingPointCounter(label: name, dimensions: labels).increment(by: seconds)
    }

    /// Sets a gauge.
    package static func set(_ name: String, _ labels: [(String, String)] = [], to value: Double) {
        Meter(label: name, dimensions: labels).set(value)
    }

    /// Observes a duration.
    package static func observe(_ name: String, _ labels: [(String, String)] = [], _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = min(max(0, seconds), 1_000_000) * 1_000_000_000 + attoseconds / 1_000_000_000
        Timer(label: name, dimensions: labels).recordNanoseconds(nanoseconds)
    }

    /// Observes how long `body` takes, whether it throws or not.
    package static func time<Value>(
        _ name: String,
        _ labels: [(String, String)] = [],
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        let start = ContinuousClock.now
        defer { observe(name, labels, .now - start) }
        return try await body()
    }
}
