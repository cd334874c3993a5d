import Crypto
import Foundation

/// Seals registry passwords before they reach the database (AES-256-GCM, NIST SP 800-38D).
package struct SecretBox: Sendable {
    private let key: SymmetricKey

    /// A box whose key comes from `secret`, a text of at least 16 bytes; `nil` for a shorter one.
    package init?(secret: String) {
        guard secret.utf8.count >= 16 else { return nil }
        key = SymmetricKey(data: SHA256.hash(data: Array("tallyman registry secrets\n\(secret)".utf8)))
    }

    /// The text sealed: nonce, ciphertext and tag, one after the other.
    package func seal(_ text: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(Array(text.utf8), using: key)
        return Array(box.combined ?? Data())
    }

    /// The text that was sealed; throws where the key is another one or the bytes were changed.
    package func open(_ bytes: [UInt8]) throws -> String {
        String(decoding: try AES.GCM.open(try AES.GCM.SealedBox(combined: bytes), using: key), as: UTF8.self)
    }
}
