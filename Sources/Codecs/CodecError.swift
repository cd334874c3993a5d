/// Why compressed bytes could not be read.
package struct CodecError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The bytes break the format's rules.
        case malformed
        /// The bytes end before the format says so.
        case truncated
        /// A limit was reached: window, memory or output.
        case limit
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
