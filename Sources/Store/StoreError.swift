/// Why the store refused something.
package struct StoreError: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The database's schema is not the one this program needs.
        case schema
        /// A claim was lost: the lease ran out and another attempt owns the task.
        case superseded
        /// What was asked for does not exist.
        case notFound
        /// What was asked for goes beyond a bound.
        case refused
        /// Stored bytes cannot be read.
        case damaged
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
