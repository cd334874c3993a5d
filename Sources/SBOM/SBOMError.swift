/// Why a document cannot be read as an SBOM.
package struct SBOMError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// Not what it claims to be.
        case malformed
        /// Over a bound of ``SBOMLimits``.
        case tooLarge
        /// A sound document in a form that is not read.
        case unsupported
    }

    package let code: Code
    /// One sentence for an operator.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
