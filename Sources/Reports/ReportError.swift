/// Why a report could not be rendered: always a fault of ours, never of what is reported.
package struct ReportError: Error, Sendable, CustomStringConvertible {
    /// The kind of fault.
    package struct Code: Hashable, Sendable {
        private let name: String

        /// A page template does not parse, or is missing.
        package static let template = Code(name: "template")
    }

    package let code: Code
    package let message: String

    package var description: String { message }
}
