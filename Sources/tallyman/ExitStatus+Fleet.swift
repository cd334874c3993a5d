import Postgres
import Redis
import Store

extension ExitStatus {
    /// The status for errors of the fleet's servers; `nil` for other errors.
    static func fleetCode(of error: any Error) -> Int32? {
        switch error {
        case let error as PostgresError:
            error.isTransient || error.code == .authentication ? unavailable : fault
        case is RedisError: unavailable
        case let error as StoreError: error.code == .notFound ? badInput : fault
        default: nil
        }
    }
}
