import LayerScan
import Postgres
import Registry
import Store

/// Whether a failed task is worth another try, and whether it is to blame.
struct TaskFailure {
    let reason: String
    let isPermanent: Bool
    /// The result was lost, and that need not be the task's fault: the database went away, the disk of this worker is full.
    let isLoss: Bool

    /// The failure of a layer that no worker has had room for, alone and for long enough.
    init(hopeless failure: TaskFailure) {
        reason = "\(failure.reason); no other worker has room for it"
        isPermanent = true
        isLoss = false
    }

    init(_ error: any Error) {
        isLoss = (error as? PostgresError)?.isTransient == true || (error as? LayerScanError)?.code == .noRoom
        switch error {
        case let error as RegistryError:
            reason = error.message
            isPermanent = !error.isTransient
        case let error as LayerScanError:
            reason = error.message
            // Bytes that have their digest will be as damaged the next time; other bytes may come right.
            isPermanent = error.code == .malformed
        case let error as StoreError:
            reason = error.message
            // What is too large to be stored will be the next time.
            isPermanent = error.code == .refused
        case is CancellationError:
            reason = "cancelled"
            isPermanent = false
        default:
            reason = "\(error)"
            isPermanent = false
        }
    }
}
