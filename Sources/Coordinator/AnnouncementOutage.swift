import Postgres
import Redis

/// What is said when tasks cannot be announced, and when they can: of the server that was missed, and once each time.
struct AnnouncementOutage {
    private enum Cause: Equatable {
        case redis, postgres, other
    }

    /// Whether announcing has ever worked: a server that was not there yet is not back.
    private var hasWorked = false
    private var cause: Cause?

    /// What is to be said of a failure; `nil` where it was said before.
    mutating func failed(_ error: any Error) -> String? {
        let now: Cause =
            switch error {
            case is RedisError: .redis
            case let error as PostgresError where error.isTransient: .postgres
            default: .other
            }
        guard cause != now else { return nil }
        cause = now
        return "tasks cannot be announced now: \(error)"
    }

    /// What is to be said of a round that went well; `nil` where the one before did, too.
    mutating func worked() -> String? {
        let missed = cause
        let again = hasWorked ? " again" : ""
        (hasWorked, cause) = (true, nil)
        return switch missed {
        case nil: nil
        case .redis: "Redis answers\(again): tasks are announced\(again)"
        case .postgres: "PostgreSQL answers\(again): tasks are announced\(again)"
        case .other: "tasks are announced\(again)"
        }
    }
}
