/// Why a document cannot be read further.
package struct XMLError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Not well-formed, or not XML at all.
        case malformed
        /// The document ends inside an element.
        case truncated
        /// A document type declaration, an entity of its own or an encoding other than UTF-8.
        case refused
        /// Beyond one of `XMLLimits`.
        case limit
    }

    package let code: Code
    /// How many bytes had been read.
    package let offset: Int
    /// For an operator.
    package let reason: String

    package init(_ code: Code, offset: Int, _ reason: String) {
        self.code = code
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "\(reason) at byte \(offset)" }
}
