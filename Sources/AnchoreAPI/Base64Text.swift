import Foundation

/// Base64 (RFC 4648, section 4) as requests and answers carry it.
package enum Base64Text {
    /// In one line.
    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Spaces and line ends are passed over; `nil` for anything else that is not Base64.
    package static func decode(_ text: String) -> [UInt8]? {
        let packed = text.filter { !$0.isWhitespace }
        return Data(base64Encoded: packed).map { Array($0) }
    }
}
