/// All series of one name, as they are shown to Prometheus and as processes tell them to each other.
package struct MetricFamily: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable { case counter, gauge, histogram }

    package var name: String
    package var kind: Kind
    package var samples: [MetricSample]

    package init(_ name: String, _ kind: Kind, _ samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.samples = samples
    }
}

/// One series at one moment.
package struct MetricSample: Sendable, Codable, Equatable {
    /// What sets it apart from the others of its family, sorted by name.
    package var labels: [MetricLabel]
    /// The value; for a histogram the sum of what was observed.
    package var value: Double
    /// How many observations of a histogram fell between its bounds; nil for other kinds.
    ///
    /// One for each of `Histogram.bounds`, not summed up, and behind them one for all that is larger.
    package var buckets: [Int]?

    /// A series that is alone in its family.
    package init(_ value: Double, buckets: [Int]? = nil) {
        self.init([], value, buckets: buckets)
    }

    package init(_ labels: [MetricLabel], _ value: Double, buckets: [Int]? = nil) {
        self.labels = labels.sorted { $0.name < $1.name }
        self.value = value
        self.buckets = buckets
    }
}

/// A name and a value of a series.
package struct MetricLabel: Sendable, Codable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
