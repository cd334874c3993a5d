import AnchoreAPI
import Crypto
import CryptoExtras
import Foundation
import HTTPProxy
import Identity
import Logging
import Synchronization
import TallymanTesting

/// An issuer of OpenID Connect on this machine, whose documents, keys and tokens a test makes.
final class LocalIssuer: Sendable {
    struct State {
        var document: JSONValue = [:]
        var keys: JSONValue = ["keys": []]
        var isDown = false
    }

    static let elliptic = P256.Signing.PrivateKey()
    /// Made once: an RSA key takes a while.
    static let rsa = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    let server: FaultServer
    private let state: SharedState

    private final class SharedState: Sendable {
        let value = Mutex(State())
    }

    init() throws {
        let state = SharedState()
        self.state = state
        server = try FaultServer { request, _ in
            let (document, keys, isDown) = state.value.withLock { ($0.document, $0.keys, $0.isDown) }
            if isDown { return .reply(503) }
            return switch request.path {
            case "/tenant/.well-known/openid-configuration": .reply(200, [], document.bytes)
            case "/keys": .reply(200, [], keys.bytes)
            default: .reply(404)
            }
        }
        set(keys: [try Self.ellipticKey("e1"), try Self.rsaKey("r1")])
        state.value.withLock {
            $0.document = ["issuer": .string(url), "jwks_uri": .string("\(server.url)/keys")]
        }
    }

    var url: String { "\(server.url)/tenant" }

    func change(_ body: (inout State) -> Void) { state.value.withLock { body(&$0) } }
    func set(keys: [JSONValue]) { change { $0.keys = ["keys": .array(keys)] } }

    /// How often the keys were fetched.
    var fetches: Int { server.requests.filter { $0.path == "/keys" }.count }

    static func ellipticKey(_ id: String?, _ key: P256.Signing.PrivateKey = elliptic) throws -> JSONValue {
        let point = Array(key.publicKey.rawRepresentation)
        let members = [
            ("kid", id), ("kty", "EC"), ("crv", "P-256"), ("use", "sig"), ("alg", "ES256"),
            ("x", encode(Array(point[..<32]))), ("y", encode(Array(point[32...]))),
        ]
        return .object(members.compactMap { name, value in value.map { JSONMember(name, .string($0)) } })
    }

    static func rsaKey(_ id: String) throws -> JSONValue {
        let parts = try rsa.get().publicKey.getKeyPrimitives()
        return [
            "kty": "RSA", "kid": .string(id), "use": "sig", "n": .string(encode(Array(parts.modulus))),
            "e": .string(encode(Array(parts.publicExponent))),
        ]
    }

    static func encode(_ bytes: [UInt8]) -> String {
        Base64Text.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A token with these claims.
    static func token(_ claims: JSONValue, kid: String = "e1", key: P256.Signing.PrivateKey = elliptic) throws -> String
    {
        let text = unsigned(["alg": "ES256", "typ": "JWT", "kid": .string(kid)], claims)
        return text + "." + encode(Array(try key.signature(for: Array(text.utf8)).rawRepresentation))
    }

    static func rsaToken(_ claims: JSONValue, algorithm: String = "RS256") throws -> String {
        let text = unsigned(["alg": .string(algorithm), "kid": "r1"], claims)
        let padding: _RSA.Signing.Padding = algorithm == "PS256" ? .PSS : .insecurePKCS1v1_5
        let signature = try rsa.get().signature(for: SHA256.hash(data: Array(text.utf8)), padding: padding)
        return text + "." + encode(Array(signature.rawRepresentation))
    }

    static func unsigned(_ head: JSONValue, _ claims: JSONValue) -> String {
        encode(head.bytes) + "." + encode(claims.bytes)
    }

    /// Claims that are good, with others put over them; null takes one away.
    func claims(_ others: [String: JSONValue] = [:]) -> JSONValue {
        let now = Int(Date().timeIntervalSince1970)
        var members: [String: JSONValue] = [
            "iss": .string(url), "aud": "api://tallyman", "sub": "00u1", "exp": .int(now + 300), "iat": .int(now),
            "nbf": .int(now), "preferred_username": "ann@example.org", "groups": ["dev", "everyone"],
        ]
        members.merge(others) { $1 }
        return .object(
            members.filter { $0.value != .null }.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) }
        )
    }

    func settings(_ roles: String = "dev=scanner@team-a; secops=admin") throws -> OIDCSettings {
        OIDCSettings(issuer: url, audiences: ["api://tallyman"], roles: try RoleMapping(roles), account: "admin")
    }

    /// A reader of its tokens, closed in the end.
    func with(
        _ settings: OIDCSettings? = nil,
        time: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        _ body: (OIDCIssuer) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let issuer = OIDCIssuer(try settings ?? self.settings(), proxies: .none, logger: logger, time: time)
        let result: Result<Void, any Error>
        do { result = .success(try await body(issuer)) } catch { result = .failure(error) }
        await issuer.shutdown()
        server.stop()
        try result.get()
    }
}
