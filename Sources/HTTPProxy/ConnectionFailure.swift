import Glibc
import NIOCore
import NIOPosix

/// Why no connection came about or one broke, in words: the libraries' own name their functions and structures.
package enum ConnectionFailure {
    /// `nil` where `error` is about something else.
    package static func words(_ error: any Error) -> String? {
        switch error {
        case let error as NIOConnectionError:
            if let failed = error.connectionErrors.lazy.compactMap({ $0.error as? IOError }).first {
                return String(cString: strerror(failed.errnoCode))
            }
            return error.connectionErrors.isEmpty ? "the name has no address that can be found" : "it does not answer"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        default: return nil
        }
    }
}
