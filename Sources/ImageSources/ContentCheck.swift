import Crypto
import Foundation
import ScanModel

/// Compares bytes with the digest that names them.
enum ContentCheck {
    /// Throws `digestMismatch` where `bytes` do not have `digest`.
    static func check(_ bytes: [UInt8], against digest: ScanModel.Digest, subject: String) throws {
        let actual =
            switch digest.algorithm {
            case .sha256: Hex.encode(SHA256.hash(data: bytes))
            case .sha512: Hex.encode(SHA512.hash(data: bytes))
            }
        guard actual == digest.hex else {
            throw ImageSourceError(.digestMismatch, "\(subject): the content's digest is not \(digest)")
        }
    }

    /// Decodes JSON; throws `malformed` with what is wrong.
    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], subject: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let reason = (error as? DecodingError)?.words ?? "\(error)"
            throw ImageSourceError(.malformed, "\(subject): cannot be read: \(reason.prefix(300))")
        }
    }
}
