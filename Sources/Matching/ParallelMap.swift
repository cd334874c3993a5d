import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// What `body` makes of each element, in their order; long arrays are shared out over the machine's cores.
    ///
    /// Blocks the calling thread until all is done, so it is nothing for the cooperative pool.
    package func parallelMap<Result: Sendable>(_ body: @Sendable (Element) -> Result) -> [Result] {
        let chunk = 64
        guard count > 4 * chunk else { return map(body) }
        let parts = Mutex<[Int: [Result]]>([:])
        let chunks = (count + chunk - 1) / chunk
        DispatchQueue.concurrentPerform(iterations: chunks) { number in
            let part = self[(number * chunk)..<Swift.min(count, (number + 1) * chunk)].map(body)
            parts.withLock { $0[number] = part }
        }
        return parts.withLock { parts in (0..<chunks).flatMap { parts[$0] ?? [] } }
    }
}
