import ScanModel

/// Why a layer could not be analysed.
package struct LayerScanError: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The bytes are not what the digest says.
        case digestMismatch
        /// The bytes are no readable layer.
        case malformed
        /// This machine has no room for what must be spooled; another try, or another machine, may have.
        case noRoom
        /// Somebody asked to stop.
        case cancelled
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    static func mismatch(expected: Digest, actual: Digest, count: Int64) -> LayerScanError {
        LayerScanError(
            .digestMismatch,
            "the blob's digest is \(actual) over \(count) bytes, not \(expected) as asked for"
        )
    }
}
