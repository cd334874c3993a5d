import Crypto
import CryptoExtras
import Foundation

/// A password as it is kept: scrypt (RFC 7914) with its parameters and a salt of its own.
///
/// The text form is `scrypt$N$r$p$SALT$KEY`, salt and key in Base64.
package struct PasswordHash: Sendable, Equatable {
    /// How much work and memory one check takes.
    package struct Cost: Sendable, Equatable {
        package var rounds: Int
        package var blockSize: Int
        package var parallelism: Int

        package init(rounds: Int, blockSize: Int, parallelism: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 32 MiB, twice what RFC 7914's author takes for logins that somebody waits for.
        package static let standard = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 1)

        /// Stored text does not ask for more than this, 64 MiB.
        var isBounded: Bool {
            rounds.nonzeroBitCount == 1 && (2...1 << 16).contains(rounds) && (1...8).contains(blockSize)
                && (1...16).contains(parallelism)
        }
    }

    private static let saltBytes = 16
    private static let keyBytes = 32

    private let cost: Cost
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Hashes a new password; CPU work of a good part of a second, to be done off the cooperative pool.
    package init(password: String, cost: Cost = .standard) throws {
        var random = SystemRandomNumberGenerator()
        salt = (0..<Self.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.cost = cost
        key = try Self.derive(password, salt: salt, cost: cost)
    }

    /// Reads ``text``; `nil` where it is not of that form.
    package init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let block = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = Data(base64Encoded: String(parts[4])),
            let key = Data(base64Encoded: String(parts[5])), key.count == Self.keyBytes
        else { return nil }
        cost = Cost(rounds: rounds, blockSize: block, parallelism: parallelism)
        guard cost.isBounded else { return nil }
        self.salt = Array(salt)
        self.key = Array(key)
    }

    package var text: String {
        "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(Data(salt).base64EncodedString())$"
            + Data(key).base64EncodedString()
    }

    /// Whether `password` is the one; as costly as making the hash.
    package func matches(_ password: String) throws -> Bool {
        let other = try Self.derive(password, salt: salt, cost: cost)
        // Every byte is looked at, so that time tells nothing.
        return zip(key, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
        try KDF.Scrypt.deriveKey(
            from: Array(password.utf8),
            salt: salt,
            outputByteCount: keyBytes,
            rounds: cost.rounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        ).withUnsafeBytes { Array($0) }
    }
}
