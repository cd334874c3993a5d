/// Whether a transfer as a whole is worth going on with: a registry that sends just enough not to look silent would
/// otherwise hold one of a worker's places for weeks.
struct TransferPace: Sendable {
    /// The waiting that counts for nothing, so that a slow start ends no transfer.
    let grace: Duration
    /// The least rate on average over all waiting beyond `grace`.
    let bytesPerSecond: Int
    private var waited = Duration.zero
    private var received: Int64 = 0

    init(options: RegistryOptions) {
        grace = options.slowTransferGrace
        bytesPerSecond = max(0, options.minimumBytesPerSecond)
    }

    /// Adds a part and how long the network was waited for until it came; `false` once the transfer is too slow.
    mutating func add(_ bytes: Int, after wait: Duration) -> Bool {
        waited += wait
        received += Int64(bytes)
        guard waited > grace else { return true }
        return Double(received) >= (waited - grace) / .seconds(1) * Double(bytesPerSecond)
    }
}
