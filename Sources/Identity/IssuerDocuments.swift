import AnchoreAPI
import Foundation
import JWTKit

/// What an issuer says of itself (OpenID Connect Discovery 1.0, section 3).
struct IssuerDocument: Sendable, Equatable {
    /// With `{tenantid}` where it is that of several tenants of Azure AD.
    let issuer: String
    let keysAddress: String

    /// Throws ``OIDCError`` where it is not the document of `configured`, or names keys at an address that is not safe.
    init(_ bytes: [UInt8], configured: String) throws(OIDCError) {
        guard let value = try? JSONReader.read(bytes),  // told just below
            let issuer = value["issuer"]?.string, let address = value["jwks_uri"]?.string
        else { throw OIDCError("its discovery document is not one: issuer and jwks_uri are expected") }
        let isShared =
            issuer.contains(Self.tenant)
            && URLComponents(string: configured)?.host
                == URLComponents(
                    string: issuer.replacing(Self.tenant, with: "tenant")
                )?.host
        guard issuer == configured || isShared else {
            throw OIDCError("its discovery document is that of another issuer: \(issuer.prefix(200))")
        }
        guard SafeAddress.isSafe(address) else {
            throw OIDCError("its keys are at an address that is not https: \(address.prefix(200))")
        }
        self.issuer = issuer
        keysAddress = address
    }

    static let tenant = "{tenantid}"

    /// Whether tokens of several tenants come from it.
    var isShared: Bool { issuer.contains(Self.tenant) }
}

/// Addresses that we fetch keys from.
enum SafeAddress {
    /// Whether nobody on the way can change what comes: `https`, or this machine itself.
    static func isSafe(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.user == nil
        else { return false }
        return switch url.scheme?.lowercased() {
        case "https": true
        case "http": ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host)
        default: false
        }
    }
}

/// The public keys of an issuer, by their ids (RFC 7517).
struct IssuerKeys: Sendable {
    struct Key: Sendable {
        private let key: JWK
        /// The algorithm that it is for; `nil` where the set does not say.
        let algorithm: String?
        let type: String
        /// Azure AD says which tenants' tokens a key may sign.
        let issuer: String?

        fileprivate init(key: JWK, algorithm: String?, type: String, issuer: String?) {
            self.key = key
            self.algorithm = algorithm
            self.type = type
            self.issuer = issuer
        }

        /// The key for one algorithm alone: the library would keep to the first that it is asked for.
        func keys(for algorithm: String) async throws -> JWTKeyCollection {
            var key = key
            key.algorithm = JWK.Algorithm(rawValue: algorithm)
            return try await JWTKeyCollection().add(jwk: key)
        }
    }

    /// More are not read.
    private static let maxKeys = 100
    /// Bits of an RSA key, least and most.
    private static let modulusBytes = 256...1024

    private let byID: [String: Key]

    /// The key that a token names; for one that names none, the only key that there is (OpenID Connect Core 1.0,
    /// section 10.1).
    func key(_ id: String?) -> Key? {
        guard let id else { return byID.count == 1 ? byID.first?.value : nil }
        return byID[id]
    }

    /// A key that cannot be used, such as a symmetric one or one for encryption, is left out.
    init(_ bytes: [UInt8]) async throws(OIDCError) {
        guard let value = try? JSONReader.read(bytes),  // told just below
            let keys = value["keys"]?.array
        else { throw OIDCError("its key set is not one") }
        var found: [String: Key] = [:]
        for entry in keys.prefix(Self.maxKeys) {
            // A set of one key need not name it; no token can name it so.
            guard let id = entry["kid"].map({ $0.string }) ?? "", let type = entry["kty"]?.string,
                entry["use"]?.string ?? "sig" == "sig", Self.isSound(entry, type)
            else { continue }
            // Only what a public key has is handed on.
            let members =
                ["kty", "alg", "n", "e", "crv", "x", "y"].compactMap { name in
                    entry[name]?.string.map { JSONMember(name, .string($0)) }
                } + [JSONMember("kid", .string(id))]
            let key: JWK
            do {
                key = try JSONDecoder().decode(JWK.self, from: Data(JSONValue.object(members).bytes))
                try await JWTKeyCollection().add(jwk: key)
            } catch { continue }
            found[id] = Key(
                key: key,
                algorithm: entry["alg"]?.string,
                type: type,
                issuer: entry["issuer"]?.string
            )
        }
        byID = found
    }

    private static func isSound(_ entry: JSONValue, _ type: String) -> Bool {
        switch type {
        case "RSA":
            guard let modulus = entry["n"]?.string.flatMap(Base64URL.decode), let exponent = entry["e"]?.string else {
                return false
            }
            return modulusBytes.contains(modulus.count) && exponent.utf8.count <= 8
        case "EC", "OKP": return true
        default: return false
        }
    }
}

/// Base64 as tokens have it (RFC 4648, section 5, without padding).
enum Base64URL {
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var plain: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: plain.append(byte)
            }
        }
        plain += [UInt8](repeating: UInt8(ascii: "="), count: (4 - plain.count % 4) % 4)
        return Base64Text.decode(String(decoding: plain, as: UTF8.self))
    }
}

/// Why an issuer's tokens cannot be taken, or a token is not good.
struct OIDCError: Error, Sendable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
