/// How often in a row a blob's transfer was too slow: where little comes on each new connection as well, the next one
/// would only be waited for as long again.
struct SlowTries: Sendable {
    /// The most tries in a row; after the last there is no other.
    private let limit: Int
    /// What a try has to bring not to count with the one before it.
    private let minimumBytes: Int64
    private var count = 0

    init(options: RegistryOptions) {
        limit = max(1, options.maxSlowTries)
        minimumBytes = Int64(options.minimumBytesPerIdleTimeout)
    }

    /// Takes what a try failed with and how many new bytes it brought; returns what the transfer ends with, where it does.
    ///
    /// The error stays transient: the registry may be quicker a while later.
    mutating func note(_ error: RegistryError, bytes: Int64) -> RegistryError? {
        guard error.isTooSlow else {
            count = 0
            return nil
        }
        count = bytes < minimumBytes ? count + 1 : 1
        guard count >= limit else { return nil }
        guard count > 1 else { return error }
        return RegistryError(error.code, "\(error.message), \(count) times in a row", isTransient: true)
    }
}
