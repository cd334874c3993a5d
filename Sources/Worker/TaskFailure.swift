import LayerScan
import Registry

/// Whether a failed task is worth another try.
struct TaskFailure {
    let reason: String
    let isPermanent: Bool

    init(_ error: any Error) {
        switch error {
        case let error as RegistryError:
            reason = error.message
            isPermanent = !error.isTransient
        case let error as LayerScanError:
            reason = error.message
            // Bytes that have their digest will be as damaged the next time; other bytes may come right.
            isPermanent = error.code == .malformed
        case is CancellationError:
            reason = "cancelled"
            isPermanent = false
        default:
            reason = "\(error)"
            isPermanent = false
        }
    }
}
