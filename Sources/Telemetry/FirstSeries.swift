/// Counters that a process shows from its start, at zero.
///
/// Prometheus sees no increase in a series' first value: a lease that is lost once in a process's life would never be told of.
package enum FirstSeries {
    package typealias Series = (name: String, labels: [(String, String)])

    /// What a worker counts; registries and analyzers are shown as they come.
    package static var worker: [Series] {
        let outcomes = ["done", "failed", "given_back", "lease_lost", "postponed", "superseded"]
        let attempts = ["layer", "inventory"].flatMap { kind in
            outcomes.map { (name: MetricNames.attempts, labels: [("kind", kind), ("outcome", $0)]) }
        }
        return attempts + [
            (MetricNames.leasesLost, []), (MetricNames.layers, [("outcome", "analysed")]),
            (MetricNames.layerBytes, [("outcome", "fetched")]),
        ]
    }

    /// What a coordinator counts.
    package static var coordinator: [Series] {
        let images = ["analysed", "reused", "unsupported", "failed", "gone"].map {
            (name: MetricNames.images, labels: [("outcome", $0)])
        }
        let notifications = ["delivered", "failed", "dead"].map {
            (name: MetricNames.notifications, labels: [("outcome", $0)])
        }
        return images + notifications + [
            (MetricNames.leasesExpired, []), (MetricNames.announcementsLost, []), (MetricNames.matchedPackages, []),
            (MetricNames.layers, [("outcome", "reused")]), (MetricNames.layers, [("outcome", "failed")]),
            (MetricNames.layerBytes, [("outcome", "avoided")]),
        ]
    }
}
