import Postgres
import Redis
import Store
import Supervisor
import Web

extension ExitStatus {
    /// The status for errors of the fleet's servers; `nil` for other errors.
    static func fleetCode(of error: any Error) -> Int32? {
        switch error {
        case let error as PostgresError:
            error.code == .invalidAddress
                ? usage : error.isTransient || error.code == .authentication ? unavailable : fault
        case let error as RedisError: error.code == .invalidAddress ? usage : unavailable
        case let error as StoreError: [.notFound, .refused].contains(error.code) ? badInput : fault
        case let error as SupervisorError:
            switch error.code {
            case .invalidOption: usage
            case .wrongVersion, .unusableFolder: badInput
            default: unavailable
            }
        case is ListenError: unavailable
        default: nil
        }
    }
}
