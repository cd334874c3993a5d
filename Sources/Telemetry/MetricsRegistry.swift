package import CoreMetrics
import Synchronization

/// What this process counts, behind the API of swift-metrics: counters, gauges and histograms in seconds.
///
/// A metric's label is the name that Prometheus sees, its dimensions are the labels there. The same name with the same
/// dimensions is the same series, however often a `Counter` is made for it.
package final class MetricsRegistry: MetricsFactory {
    /// Most series; what comes beyond is counted nowhere, for names out of the world must not fill the memory.
    package static let maxSeries = 4_000

    private struct Key: Hashable {
        let name: String
        let labels: [MetricLabel]
    }

    private enum Series {
        case number(Number)
        case histogram(Histogram)
    }

    private let series = Mutex<[Key: Series]>([:])

    package init() {}

    /// Shows counters at zero before anything is counted.
    package func begin(_ series: [FirstSeries.Series]) {
        for (name, labels) in series { _ = number(name, labels, isGauge: false) }
    }

    /// Every series at this moment, sorted by name and labels.
    package func families() -> [MetricFamily] {
        let all = series.withLock { $0 }
        var families: [String: MetricFamily] = [:]
        for (key, series) in all {
            switch series {
            case .number(let number):
                let kind: MetricFamily.Kind = number.isGauge ? .gauge : .counter
                families[key.name, default: MetricFamily(key.name, kind, [])].samples.append(
                    MetricSample(key.labels, number.value)
                )
            case .histogram(let histogram):
                let (sum, buckets) = histogram.observed
                families[key.name, default: MetricFamily(key.name, .histogram, [])].samples.append(
                    MetricSample(key.labels, sum, buckets: buckets)
                )
            }
        }
        return families.values.sorted { $0.name < $1.name }.map { family in
            var family = family
            family.samples.sort { $0.labels.map(\.value).lexicographicallyPrecedes($1.labels.map(\.value)) }
            return family
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(label, dimensions, isGauge: false)
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        FractionCounter(number(label, dimensions, isGauge: false))
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Level(number(label, dimensions, isGauge: true))
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        // Without aggregation the last value counts: that is how swift-metrics makes a gauge.
        if aggregate { return Observer(histogram(label, dimensions)) }
        return Level(number(label, dimensions, isGauge: true))
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Observer(histogram(label, dimensions))
    }

    // A series stays: a counter that vanished and came back would look like a restart of the process.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func number(_ label: String, _ dimensions: [(String, String)], isGauge: Bool) -> Number {
        let key = Self.key(label, dimensions)
        return series.withLock { series in
            if case .number(let known) = series[key] { return known }
            let fresh = Number(isGauge: isGauge)
            if series[key] == nil, series.count < Self.maxSeries { series[key] = .number(fresh) }
            return fresh
        }
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> Histogram {
        let key = Self.key(label, dimensions)
        return series.withLock { series in
            if case .histogram(let known) = series[key] { return known }
            let fresh = Histogram()
            if series[key] == nil, series.count < Self.maxSeries { series[key] = .histogram(fresh) }
            return fresh
        }
    }

    private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
        Key(name: label, labels: dimensions.map { MetricLabel($0.0, $0.1) }.sorted { $0.name < $1.name })
    }
}
