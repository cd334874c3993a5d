/// Why the advisory file could not be read or replaced.
package struct AdvisoryFileError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// There is no such file.
        case missing
        /// Not an advisory file, damaged, or of another version of this program.
        case damaged
        /// The file or its folder cannot be written.
        case unwritable
        /// Another import is writing it.
        case busy
    }

    package let code: Code
    /// For an operator.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
