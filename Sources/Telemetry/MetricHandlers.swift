import CoreMetrics
import Synchronization

/// A number that counts up, or goes where it is set.
final class Number: CounterHandler {
    let isGauge: Bool
    private let state = Mutex(0.0)

    init(isGauge: Bool) { self.isGauge = isGauge }

    var value: Double { state.withLock { $0 } }

    func add(_ amount: Double) { state.withLock { $0 += amount } }
    func set(_ value: Double) { state.withLock { $0 = value } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() { set(0) }
}

/// A counter of fractions, such as seconds.
final class FractionCounter: FloatingPointCounterHandler {
    private let number: Number

    init(_ number: Number) { self.number = number }

    func increment(by amount: Double) { number.add(amount) }
    func reset() { number.set(0) }
}

/// A number that goes up and down.
final class Level: MeterHandler, RecorderHandler {
    private let number: Number

    init(_ number: Number) { self.number = number }

    func set(_ value: Int64) { number.set(Double(value)) }
    func set(_ value: Double) { number.set(value) }
    func record(_ value: Int64) { number.set(Double(value)) }
    func record(_ value: Double) { number.set(value) }
    func increment(by amount: Double) { number.add(amount) }
    func decrement(by amount: Double) { number.add(-amount) }
}

/// Durations and sizes, counted by size; durations in seconds.
final class Observer: TimerHandler, RecorderHandler {
    private let histogram: Histogram

    init(_ histogram: Histogram) { self.histogram = histogram }

    func recordNanoseconds(_ duration: Int64) { histogram.observe(Double(duration) / 1e9) }
    func record(_ value: Int64) { histogram.observe(Double(value)) }
    func record(_ value: Double) { histogram.observe(value) }
}
