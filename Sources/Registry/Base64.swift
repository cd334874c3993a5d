import Foundation

/// Base64 with the standard alphabet (RFC 4648, section 4).
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// The decoded text; `nil` where the input is not Base64 of UTF-8.
    static func decodeText(_ text: String) -> String? {
        guard let data = Data(base64Encoded: text) else { return nil }
        return String(validating: data, as: UTF8.self)
    }
}
