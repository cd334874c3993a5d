import Logging
import Postgres
import Redis
import Synchronization

/// What a worker says of a server that is away: each of its slots misses it every second, and one of them says so now and
/// then.
struct OutageLog {
    /// How long nothing more is said of a server.
    static let pause = Duration.seconds(60)

    private enum Server: Hashable {
        case redis, postgres
    }

    private var said: [Server: (at: ContinuousClock.Instant, unsaid: Int)] = [:]

    /// What is to be said of a failure; `nil` where one like it was said a short while ago.
    mutating func failed(_ error: any Error, at now: ContinuousClock.Instant) -> String? {
        let server: Server
        switch error {
        case let error as RedisError where error.isTransient: server = .redis
        case let error as PostgresError where error.isTransient: server = .postgres
        default: return "\(error)"
        }
        let last = said[server]
        if let last, now - last.at < Self.pause {
            said[server] = (last.at, last.unsaid + 1)
            return nil
        }
        said[server] = (now, 0)
        let unsaid = last?.unsaid ?? 0
        return unsaid == 0 ? "\(error)" : "\(error) (and \(unsaid) more like it since this was said last)"
    }
}

/// The outages that a worker's slots meet.
final class Outages: Sendable {
    private let log = Mutex(OutageLog())

    func failed(_ error: any Error, _ consequence: String, _ logger: Logger) {
        guard let text = log.withLock({ $0.failed(error, at: .now) }) else { return }
        logger.warning("\(consequence): \(text)")
    }
}
