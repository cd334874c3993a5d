/// Why the build information of an executable that has some could not be read.
package struct GoBuildError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure this is.
    package enum Code: String, Sendable {
        /// The header leads outside the file, or to something that is not build information.
        case damaged
        /// A size is above the limits given by the caller.
        case limit
    }

    /// The kind of failure.
    package let code: Code
    /// A sentence for an operator.
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "go build information: \(message)" }
}
