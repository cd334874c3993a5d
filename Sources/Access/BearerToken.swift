import Crypto
import Foundation

/// A token that stands for a user; only its digest is kept.
package enum BearerToken {
    private static let bytes = 32

    /// What our tokens begin with, so that scanners for secrets know them.
    package enum Kind: String, CaseIterable, Sendable {
        /// For an hour or so, in exchange for a password.
        case session = "tlm_"
        /// For a machine, until it is revoked or ends.
        case machine = "tm_"
    }

    /// A new one, of 256 random bits.
    package static func make(_ kind: Kind = .session) -> String {
        var random = SystemRandomNumberGenerator()
        let value = Data((0..<bytes).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        return kind.rawValue
            + value.base64EncodedString().map { character in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": ""
                default: String(character)
                }
            }.joined()
    }

    /// What the database knows a token by; `nil` for what cannot be one of ours.
    package static func fingerprint(_ token: String) -> [UInt8]? {
        guard Kind.allCases.contains(where: { token.hasPrefix($0.rawValue) }), token.utf8.count <= 128 else {
            return nil
        }
        return Array(SHA256.hash(data: Array(token.utf8)))
    }

    /// A password for a first user, of 144 random bits.
    package static func password() -> String { String(make().dropFirst(Kind.session.rawValue.utf8.count).prefix(24)) }
}
