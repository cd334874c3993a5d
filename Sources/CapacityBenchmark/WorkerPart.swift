/// What a worker's CPU goes into, as far as its threads and analyzers tell.
package enum WorkerPart: String, Sendable, CaseIterable {
    case fetch
    case inflateAndDigest = "inflate+digest"
    case analyze
    case merge
    case inventory
    case queue
    case other

    /// What a part grows with.
    enum Basis { case byte, layer, image }

    var basis: Basis {
        switch self {
        case .fetch, .inflateAndDigest: .byte
        case .analyze, .merge, .queue, .other: .layer
        case .inventory: .image
        }
    }

    /// Splits the CPU seconds of workers by those of their threads, by the threads' names without numbers, and by what the
    /// analyzers (`costs`, by name; `merge` is the encoding of layers) noted of the time of `analysis`.
    ///
    /// What no thread of these took is `other`.
    package static func split(
        _ total: Double,
        threads: [String: Double],
        costs: [String: Double],
        analysis: String,
        fold: String
    ) -> [WorkerPart: Double] {
        let encoding = costs["merge"] ?? 0
        // Folds are noted, too, and have threads of their own.
        let analyzers = costs.values.reduce(0, +) - encoding - (costs["inventory"] ?? 0)
        var parts: [WorkerPart: Double] = [
            .fetch: threads["nio"] ?? 0, .analyze: analyzers, .inventory: threads[fold] ?? 0,
            .inflateAndDigest: max(0, (threads[analysis] ?? 0) - analyzers - encoding),
            .merge: (threads["postgres"] ?? 0) + encoding, .queue: threads["redis"] ?? 0,
        ]
        parts[.other] = max(0, total - parts.values.reduce(0, +))
        return parts
    }
}
