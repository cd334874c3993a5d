/// Why a feed could not be imported as a whole.
package struct AdvisoryError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The file or folder cannot be read.
        case unreadable
        /// Cut short, or not what its first bytes promised.
        case damaged
        /// Beyond one of `AdvisoryLimits`.
        case tooLarge
        /// Nothing in it that could be imported.
        case empty
        /// Of an earlier date than what is there.
        case outdated
    }

    package let code: Code
    /// For an operator: which file, and what was wrong.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
