import Dispatch

extension Array where Element: Sendable {
    /// What `body` makes of each element, in their order; long arrays are shared out over the machine's cores.
    ///
    /// Blocks the calling thread until all is done, so it is nothing for the cooperative pool.
    package func parallelMap<Result: Sendable>(_ body: @Sendable (Element) -> Result) -> [Result] {
        let chunk = 64
        guard count > 4 * chunk else { return map(body) }
        return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Each result is put into its own place by one thread, and all are there when the call below returns.
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { number in
                for index in (number * chunk)..<Swift.min(count, (number + 1) * chunk) {
                    results.initializeElement(at: index, to: body(self[index]))
                }
            }
            initialized = count
        }
    }
}
