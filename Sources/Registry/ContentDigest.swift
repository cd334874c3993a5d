import Crypto

import struct ScanModel.Digest

/// Digests of content that is held in memory.
enum ContentDigest {
    static func of(_ bytes: [UInt8], algorithm: Digest.Algorithm) -> Digest? {
        switch algorithm {
        case .sha256:
            return Digest(sha256: SHA256.hash(data: bytes))
        case .sha512:
            let hex = SHA512.hash(data: bytes).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            return Digest("sha512:" + hex.joined())
        }
    }

    /// Throws `digestMismatch` unless `bytes` have the digest `expected`.
    static func check(_ bytes: [UInt8], against expected: Digest, subject: String) throws {
        guard let actual = of(bytes, algorithm: expected.algorithm), actual == expected else {
            throw RegistryError(.digestMismatch, "\(subject): the content does not have the digest \(expected)")
        }
    }
}
