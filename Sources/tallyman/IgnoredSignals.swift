import Foundation

/// Signals that this process was started to ignore, by `nohup` or by a shell that put it into the background.
enum IgnoredSignals {
    /// Whether `former`, the handler that `signal` says there was before, ignores the signal.
    static func contains(_ former: (@convention(c) (Int32) -> Void)?) -> Bool {
        address(former) == address(SIG_IGN)
    }

    /// Where a handler is, to compare by: functions have no equality in Swift.
    ///
    /// `SIG_IGN` is a number that stands for no function (POSIX, signal.h). Both types are one word, and nothing is called
    /// through it.
    private static func address(_ handler: (@convention(c) (Int32) -> Void)?) -> Int {
        unsafeBitCast(handler, to: Int.self)
    }
}
