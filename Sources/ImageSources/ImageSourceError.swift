/// Why an image, a directory or a list of packages could not be read.
package struct ImageSourceError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The source as written names nothing, or more than one thing.
        case usage
        /// The file or folder cannot be opened or read.
        case unreadable
        /// The content is not what it claims to be.
        case malformed
        /// Content that does not have its digest.
        case digestMismatch
        /// Content over a bound.
        case tooLarge
        /// Sound content that is no container image for the platform asked for.
        case unsupported
    }

    package let code: Code
    /// One sentence for an operator: what, why and, where there is one, the remedy.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
