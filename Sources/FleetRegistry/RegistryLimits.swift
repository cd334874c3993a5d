/// What a registry is asked for at most, by all workers and coordinators of a fleet together.
package struct RegistryLimits: Sendable, Hashable {
    /// The most that `registry add --max-concurrency` takes.
    package static let maxConcurrencyBound = 10_000
    /// The most that `registry add --requests-per-second` takes.
    package static let maxRequestsPerSecond = 100_000.0

    /// Requests under way; a blob counts until it is read.
    package var maxConcurrency: Int
    /// Requests begun in a second; `nil` for as many as the registry takes without a 429.
    package var requestsPerSecond: Double?

    package init(maxConcurrency: Int, requestsPerSecond: Double?) {
        self.maxConcurrency = min(max(maxConcurrency, 1), Self.maxConcurrencyBound)
        self.requestsPerSecond = requestsPerSecond.map { min(max($0, 0.001), Self.maxRequestsPerSecond) }
    }

    /// The limits of a registry that nobody set any for.
    ///
    /// Docker Hub refuses thousands of requests a minute from one address, whatever they are for. Others are asked as fast
    /// as the workers go, and more slowly from their first 429 on.
    package static func standard(for registry: String) -> RegistryLimits {
        registry == "docker.io"
            ? RegistryLimits(maxConcurrency: 16, requestsPerSecond: 20)
            : RegistryLimits(maxConcurrency: 64, requestsPerSecond: nil)
    }

    /// The part of one of so many clients, where they cannot ask each other.
    func share(of clients: Int) -> RegistryLimits {
        RegistryLimits(
            maxConcurrency: maxConcurrency / max(clients, 1),
            requestsPerSecond: requestsPerSecond.map { $0 / Double(max(clients, 1)) }
        )
    }
}
