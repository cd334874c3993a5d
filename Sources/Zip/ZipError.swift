/// Why an archive, or one entry of it, could not be read.
package struct ZipError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure this is.
    package enum Code: String, Sendable {
        /// No end of central directory record was found: not a ZIP archive, or one cut short.
        case notZip
        /// A structure contradicts the file or the specification.
        case damaged
        /// An entry is encrypted; no password is ever tried.
        case encrypted
        /// A compression method other than stored (0) and deflate (8), or an archive split over several volumes.
        case unsupported
        /// A count or a size is above the limits given by the caller.
        case limit
        /// The compressed bytes belong to another entry already, as in overlapping ZIP bombs.
        case overlapping
        /// The entry's bytes do not match its CRC-32 or its size.
        case checksum
    }

    /// The kind of failure.
    package let code: Code
    /// A sentence for an operator, naming the entry where there is one.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "zip: \(message)" }
}
