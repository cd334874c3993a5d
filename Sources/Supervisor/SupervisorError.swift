import Foundation

/// Why the parts of one machine could not be run together; the message ends with the remedy.
package struct SupervisorError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may be added.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        package let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// An option cannot be used.
        package static let invalidOption = Code("invalidOption")
        /// Another process runs on the same data folder.
        package static let locked = Code("locked")
        /// A program that is needed is not installed.
        package static let missingProgram = Code("missingProgram")
        /// The database was made by another major version of PostgreSQL.
        package static let wrongVersion = Code("wrongVersion")
        /// The data folder, or a file in it, cannot be used.
        package static let unusableFolder = Code("unusableFolder")
        /// A process could not be started, or ended before it was ready.
        package static let startFailed = Code("startFailed")
        /// Nothing runs on the data folder.
        package static let notRunning = Code("notRunning")
    }

    /// What kind of failure it is.
    package let code: Code
    /// What happened and what to do about it, for an operator.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: strerror(number))
}
