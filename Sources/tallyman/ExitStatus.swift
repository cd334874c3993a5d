import Advisories
import AdvisoryFile
import ArgumentParser
import FeedSync
import ImageSources
import LayerScan
import MalwareScan
import Registry
import VEX

/// The status that the program ends with for an error, and what it says about it.
struct ExitStatus {
    /// A threshold or a policy says no.
    static let refused: Int32 = 1
    /// The command line asks for something that cannot be (sysexits.h, `EX_USAGE`).
    static let usage: Int32 = 64
    /// What was given cannot be used or does not exist (`EX_DATAERR`).
    static let badInput: Int32 = 65
    /// A service cannot be reached or does not let us in (`EX_UNAVAILABLE`).
    static let unavailable: Int32 = 69
    /// A fault of our own (`EX_SOFTWARE`).
    static let fault: Int32 = 70

    let code: Int32
    /// One line; `nil` where the error is the command-line parser's own, which prints it.
    let message: String?

    init(_ error: any Error) {
        if error is ExitCode || error is ValidationError || error is CleanExit || Self.isFromParser(error) {
            code = Self.usage
            message = nil
            return
        }
        code = Self.code(of: error) ?? Self.fleetCode(of: error) ?? Self.fault
        message = "\(error)"
    }

    /// The parser's errors are not public by name.
    private static func isFromParser(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }

    private static func code(of error: any Error) -> Int32? {
        switch error {
        case is UsageError: usage
        case is InputError, is AdvisoryError, is VEXError: badInput
        case is UnavailableError: unavailable
        case let error as ImageSourceError: error.code == .usage ? usage : badInput
        case let error as LayerScanError: [.cancelled, .noRoom].contains(error.code) ? unavailable : badInput
        case let error as AdvisoryFileError: error.code == .busy ? unavailable : badInput
        case let error as RegistryError: code(of: error.code)
        case is MalwareScanError: unavailable
        case let error as FeedSyncError: error.code == .usage ? usage : unavailable
        default: nil
        }
    }

    private static func code(of code: RegistryError.Code) -> Int32 {
        switch code {
        case .invalidReference: usage
        case .notFound, .gone, .badResponse, .digestMismatch, .tooLarge, .unsupported: badInput
        default: unavailable
        }
    }
}
