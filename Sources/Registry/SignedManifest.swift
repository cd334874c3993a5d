import Foundation

/// A manifest of Docker's schema 1 with its signatures (distribution, spec/manifest-v2-1.md, "Signed Manifests").
enum SignedManifest {
    private struct Envelope: Decodable {
        struct Signature: Decodable { var protected: String }

        var schemaVersion: Int
        var signatures: [Signature]
    }

    private struct Protected: Decodable {
        var formatLength: Int
        var formatTail: String
    }

    /// What was signed: the bytes up to `formatLength`, and the tail that the signatures took the place of; `nil` for
    /// anything else.
    static func payload(of bytes: [UInt8]) -> [UInt8]? {
        // Whatever cannot be read is no such manifest, and is checked as it is.
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)), envelope.schemaVersion == 1,
            let header = envelope.signatures.first.flatMap({ decoded($0.protected) }),
            let format = try? JSONDecoder().decode(Protected.self, from: header),
            (0...bytes.count).contains(format.formatLength), let tail = decoded(format.formatTail)
        else { return nil }
        return bytes[..<format.formatLength] + Array(tail)
    }

    /// Base64 for addresses, without padding (RFC 7515, section 2).
    private static func decoded(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
