/// Why a feed could not be fetched.
package struct FeedSyncError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The server cannot be reached, breaks off, or says that it is not able now.
        case unavailable
        /// The server has no such file.
        case missing
        /// What came is not what was asked for.
        case unusable
        /// Larger than a feed may be.
        case tooLarge
        /// Of an earlier date than what is there.
        case outdated
        /// The time for the whole is over.
        case timedOut
        /// The folder that feeds are kept in cannot be written, or another process writes it.
        case folder
        /// The address is none that can be used.
        case usage
    }

    package let code: Code
    /// For an operator.
    package let message: String
    /// Whether another try may help.
    let isTransient: Bool
    /// How long the server asks to wait.
    let retryAfter: Duration?

    init(_ code: Code, _ message: String, isTransient: Bool = false, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }

    package var description: String { message }
}
