import Access
import AnchoreAPI
import Crypto
import Foundation
import Identity
import Synchronization
import TallymanTesting
import Testing

@Suite("Bearer tokens of an issuer")
struct OIDCTests {
    @Test("Okta's shape: groups give the role, the rule the account")
    func okta() async throws {
        let issuer = try LocalIssuer()
        try await issuer.with { reader async throws in
            let expected = ExternalIdentity(name: "ann@example.org", account: "team-a", role: .scanner, source: "oidc")
            #expect(try await reader.identity(token: try LocalIssuer.token(issuer.claims())) == expected)
            #expect(try await reader.identity(token: try LocalIssuer.rsaToken(issuer.claims())) == expected)
            #expect(
                try await reader.identity(token: try LocalIssuer.rsaToken(issuer.claims(), algorithm: "PS256"))
                    == expected
            )
            let audiences = issuer.claims(["aud": ["other", "api://tallyman"], "groups": "secops"])
            let admin = try await reader.identity(token: try LocalIssuer.token(audiences))
            #expect(admin?.role == .admin)
            #expect(admin?.account == "admin")
            #expect(issuer.fetches == 1)
        }
    }

    @Test("Azure AD's shape: an issuer of several tenants, roles, keys that say whose they are")
    func azure() async throws {
        let issuer = try LocalIssuer()
        let (ours, theirs) = ("72f988bf-86f1-41af-91ab-2d7cd011db47", "9188040d-6c67-4c5b-b112-36a304b66dad")
        issuer.change {
            $0.document = [
                "issuer": .string("\(issuer.server.url)/{tenantid}/v2.0"),
                "jwks_uri": .string("\(issuer.server.url)/keys"),
            ]
        }
        var key = try LocalIssuer.ellipticKey("e1").members ?? []
        key.append(JSONMember("issuer", .string("\(issuer.server.url)/{tenantid}/v2.0")))
        var foreign = try LocalIssuer.ellipticKey("e2").members ?? []
        foreign.append(JSONMember("issuer", .string("\(issuer.server.url)/\(theirs)/v2.0")))
        issuer.set(keys: [.object(key), .object(foreign)])
        var settings = try issuer.settings("Tallyman.Editor=policy-editor")
        settings.tenants = [ours]
        func claims(_ tenant: String, _ others: [String: JSONValue] = [:]) -> JSONValue {
            issuer.claims(
                [
                    "iss": .string("\(issuer.server.url)/\(tenant)/v2.0"), "tid": .string(tenant), "groups": .null,
                    "roles": ["Tallyman.Editor"], "oid": "1",
                ].merging(others) { $1 }
            )
        }
        try await issuer.with(settings) { reader async throws in
            #expect(try await reader.identity(token: try LocalIssuer.token(claims(ours)))?.role == .policyEditor)
            for token in [
                try LocalIssuer.token(claims(theirs)), try LocalIssuer.token(claims(ours, ["tid": .string(theirs)])),
                try LocalIssuer.token(claims(ours, ["tid": .null])), try LocalIssuer.token(claims(ours), kid: "e2"),
                try LocalIssuer.token(claims("{tenantid}")), try LocalIssuer.token(claims("../evil")),
            ] {
                #expect(try await reader.identity(token: token) == nil)
            }
        }
    }

    @Test("an issuer of several tenants lets nobody in where no tenant is named")
    func anyTenant() async throws {
        let issuer = try LocalIssuer()
        let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47"
        issuer.change {
            $0.document = [
                "issuer": .string("\(issuer.server.url)/{tenantid}"), "jwks_uri": .string("\(issuer.server.url)/keys"),
            ]
        }
        let claims = issuer.claims(["iss": .string("\(issuer.server.url)/\(tenant)"), "tid": .string(tenant)])
        try await issuer.with { reader async throws in
            #expect(try await reader.identity(token: try LocalIssuer.token(claims)) == nil)
        }
    }

    @Test("Google's shape: no groups, the hosted domain or a verified address decides")
    func google() async throws {
        let issuer = try LocalIssuer()
        var settings = try issuer.settings("*=read-only")
        settings.domains = ["example.org"]
        func token(_ others: [String: JSONValue]) throws -> String {
            try LocalIssuer.token(
                issuer.claims(
                    ["groups": .null, "preferred_username": .null, "email": "ann@example.org"].merging(others) { $1 }
                )
            )
        }
        try await issuer.with(settings) { reader async throws in
            let workspace = try await reader.identity(token: try token(["hd": "Example.org", "email_verified": true]))
            #expect(workspace?.name == "ann@example.org")
            #expect(workspace?.role == .readOnly)
            #expect(try await reader.identity(token: try token(["email_verified": true])) != nil)
            // What an administrator of some tenant typed proves nothing.
            #expect(try await reader.identity(token: try token([:])) == nil)
            #expect(try await reader.identity(token: try token(["email_verified": false])) == nil)
            #expect(try await reader.identity(token: try token(["hd": "evil.example", "email_verified": true])) == nil)
            #expect(
                try await reader.identity(token: try token(["email": "a@x.example", "email_verified": true])) == nil
            )
        }
    }

    @Test("a dotted claim leads into an object, an account claim names the account")
    func nested() async throws {
        let issuer = try LocalIssuer()
        var settings = try issuer.settings("viewer=read-only")
        settings.groupClaims = ["realm_access.roles"]
        settings.accountClaim = "team"
        try await issuer.with(settings) { reader async throws in
            let good = issuer.claims(["realm_access": ["roles": ["viewer"]], "team": "team-b"])
            #expect(try await reader.identity(token: try LocalIssuer.token(good))?.account == "team-b")
            for team in [JSONValue.null, "", "a", "../x"] {
                let bad = issuer.claims(["realm_access": ["roles": ["viewer"]], "team": team])
                #expect(try await reader.identity(token: try LocalIssuer.token(bad)) == nil)
            }
        }
    }

    @Test("claims that are not good are not taken")
    func claims() async throws {
        let issuer = try LocalIssuer()
        let now = Int(Date().timeIntervalSince1970)
        let changes: [[String: JSONValue]] = [
            ["iss": "https://evil.example"], ["iss": .null], ["iss": ["x"]], ["aud": "other"], ["aud": .null],
            ["aud": []], ["aud": ["api://tallyman/x"]], ["exp": .int(now - 120)], ["exp": .null],
            ["exp": "9999999999"], ["nbf": .int(now + 120)], ["nbf": "x"], ["iat": .int(now + 120)], ["sub": .null],
            ["sub": ""], ["groups": []], ["groups": .null], ["groups": ["Dev"]], ["groups": [["dev"]]],
        ]
        try await issuer.with { reader async throws in
            for change in changes {
                #expect(
                    try await reader.identity(token: try LocalIssuer.token(issuer.claims(change))) == nil,
                    "\(change)"
                )
            }
            // A minute's difference between clocks is none.
            let late = issuer.claims(["exp": .int(now - 30), "nbf": .int(now + 30)])
            #expect(try await reader.identity(token: try LocalIssuer.token(late)) != nil)
        }
    }

    @Test("signatures that are none, or of another kind or key, are not taken")
    func signatures() async throws {
        let issuer = try LocalIssuer()
        let claims = issuer.claims()
        let good = try LocalIssuer.token(claims)
        let parts = good.split(separator: ".").map(String.init)
        let modulus = try LocalIssuer.rsaKey("r1")["n"]?.string ?? ""
        // The public key as a secret (CVE-2016-10555).
        let confused = LocalIssuer.unsigned(["alg": "HS256", "kid": "r1"], claims)
        let mac = HMAC<SHA256>.authenticationCode(
            for: Array(confused.utf8),
            using: SymmetricKey(data: Array(modulus.utf8))
        )
        let other = P256.Signing.PrivateKey()
        func signed(_ head: JSONValue) throws -> String {
            let text = LocalIssuer.unsigned(head, claims)
            return text + "."
                + LocalIssuer.encode(
                    Array(try LocalIssuer.elliptic.signature(for: Array(text.utf8)).rawRepresentation)
                )
        }
        let tokens = [
            "", ".", "..", "a.b.c", parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1],
            good + ".x", good.dropLast(4) + "AAAA", good + "=", parts[0] + "." + parts[1] + "." + parts[1],
            LocalIssuer.unsigned(["alg": "none", "kid": "e1"], claims) + ".",
            LocalIssuer.unsigned(["alg": "none", "kid": "e1"], claims) + ".AA",
            LocalIssuer.unsigned(["alg": "None", "kid": "e1"], claims) + ".AA",
            confused + "." + LocalIssuer.encode(Array(mac)), try LocalIssuer.token(claims, key: other),
            try LocalIssuer.token(claims, kid: "r1"), try LocalIssuer.token(claims, kid: "unknown"),
            try signed(["alg": "ES256"]), try signed(["alg": "ES384", "kid": "e1"]),
            try signed(["alg": "RS256", "kid": "e1"]),
            try signed(["alg": "ES256", "kid": "e1", "crit": ["exp"], "exp": 1]),
            // A key that the token brings along proves nothing.
            try signed(["alg": "ES256", "kid": "x", "jwk": try LocalIssuer.ellipticKey("x")]),
            try signed(["alg": "ES256", "kid": ["e1"]]), String(repeating: "a.", count: 20_000),
            LocalIssuer.encode(Array(String(repeating: "[", count: 9000).utf8)) + ".e30.AA",
        ]
        try await issuer.with { reader async throws in
            #expect(try await reader.identity(token: good) != nil)
            for token in tokens { #expect(try await reader.identity(token: token) == nil, "\(token.prefix(60))") }
        }
    }

    @Test("a token that names no key is by the issuer's only one, whether that has a name or not")
    func onlyKey() async throws {
        let issuer = try LocalIssuer()
        let clock = Mutex(ContinuousClock.now)
        let (old, new) = (P256.Signing.PrivateKey(), P256.Signing.PrivateKey())
        func token(_ key: P256.Signing.PrivateKey) throws -> String {
            let text = LocalIssuer.unsigned(["alg": "ES256", "typ": "JWT"], issuer.claims())
            return text + "."
                + LocalIssuer.encode(Array(try key.signature(for: Array(text.utf8)).rawRepresentation))
        }
        issuer.set(keys: [try LocalIssuer.ellipticKey("e7", old)])
        try await issuer.with(time: { clock.withLock { $0 } }) { reader async throws in
            #expect(try await reader.identity(token: try token(old)) != nil)
            #expect(try await reader.identity(token: try token(new)) == nil)
            // A minute later another key, of no name, has taken its place.
            let unnamed = try LocalIssuer.ellipticKey(nil, new)
            issuer.set(keys: [unnamed])
            clock.withLock { $0 += .seconds(61) }
            #expect(try await reader.identity(token: try token(new)) != nil)
            #expect(try await reader.identity(token: try token(old)) == nil)
            // Of two it cannot be told which.
            issuer.set(keys: [unnamed, try LocalIssuer.ellipticKey("e7", old)])
            clock.withLock { $0 += .seconds(61) }
            #expect(try await reader.identity(token: try token(new)) == nil)
            let named = try LocalIssuer.token(issuer.claims(), kid: "e7", key: old)
            #expect(try await reader.identity(token: named) != nil)
        }
    }

    @Test("damaged tokens are never taken and never end the program")
    func mutations() async throws {
        let issuer = try LocalIssuer()
        let good = Array(try LocalIssuer.token(issuer.claims()).utf8)
        var random = SeededRandom(seed: 20_261)
        try await issuer.with { reader async throws in
            for _ in 0..<400 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: bytes.indices, using: &random)
                    bytes[place] = UInt8.random(in: 0x20...0x7e, using: &random)
                }
                let text = String(decoding: bytes, as: UTF8.self)
                // The last character of a part has bits that mean nothing.
                guard bytes != good, text.dropLast() != String(decoding: good, as: UTF8.self).dropLast() else {
                    continue
                }
                #expect(try await reader.identity(token: text) == nil)
            }
        }
    }

    @Test("new keys are fetched when a token names one, and made-up names cause no load")
    func rotation() async throws {
        let issuer = try LocalIssuer()
        let clock = Mutex(ContinuousClock.now)
        let next = P256.Signing.PrivateKey()
        try await issuer.with(time: { clock.withLock { $0 } }) { reader async throws in
            #expect(try await reader.identity(token: try LocalIssuer.token(issuer.claims())) != nil)
            issuer.set(keys: [try LocalIssuer.ellipticKey("e2", next)])
            let rotated = try LocalIssuer.token(issuer.claims(), kid: "e2", key: next)
            for number in 0..<50 {
                #expect(
                    try await reader.identity(token: try LocalIssuer.token(issuer.claims(), kid: "x\(number)")) == nil
                )
            }
            #expect(try await reader.identity(token: rotated) == nil)
            #expect(issuer.fetches == 1)
            clock.withLock { $0 += .seconds(61) }
            #expect(try await reader.identity(token: rotated) != nil)
            // The old one is gone with that.
            #expect(try await reader.identity(token: try LocalIssuer.token(issuer.claims())) == nil)
            #expect(issuer.fetches == 2)
            // Where the issuer is not there, the keys that are known serve for a day.
            issuer.change { $0.isDown = true }
            clock.withLock { $0 += .seconds(5 * 3600) }
            #expect(try await reader.identity(token: rotated) != nil)
            clock.withLock { $0 += .seconds(20 * 3600) }
            await #expect(throws: IdentityUnavailable.self) { try await reader.identity(token: rotated) }
        }
    }

    @Test("keys that are no public keys for signatures are passed over, and the others serve")
    func strangeKeys() async throws {
        let issuer = try LocalIssuer()
        let secret = LocalIssuer.encode(Array("0123456789abcdef0123456789abcdef".utf8))
        issuer.set(keys: [
            ["kty": "oct", "kid": "s", "k": .string(secret), "alg": "HS256"],
            ["kty": "EC", "crv": "secp256k1", "kid": "k"],
            ["kid": "x"], "text", 7, ["kty": "RSA", "kid": "small", "n": "AQAB", "e": "AQAB"],
            ["kty": "EC", "crv": "P-256", "kid": "bad", "x": "AA", "y": "AA", "alg": "ES256"],
            ["kty": "EC", "use": "enc", "kid": "enc"], try LocalIssuer.ellipticKey("e1"),
        ])
        let forged = LocalIssuer.unsigned(["alg": "HS256", "kid": "s"], issuer.claims())
        let mac = HMAC<SHA256>.authenticationCode(
            for: Array(forged.utf8),
            using: SymmetricKey(data: Array("0123456789abcdef0123456789abcdef".utf8))
        )
        try await issuer.with { reader async throws in
            #expect(try await reader.identity(token: try LocalIssuer.token(issuer.claims())) != nil)
            #expect(try await reader.identity(token: forged + "." + LocalIssuer.encode(Array(mac))) == nil)
            #expect(try await reader.identity(token: try LocalIssuer.token(issuer.claims(), kid: "bad")) == nil)
        }
    }

    @Test("a document of another issuer, or that is none, makes nobody an issuer", arguments: 0..<5)
    func documents(_ number: Int) async throws {
        let issuer = try LocalIssuer()
        let documents: [JSONValue] = [
            ["issuer": "https://evil.example", "jwks_uri": .string("\(issuer.server.url)/keys")],
            ["issuer": .string(issuer.url), "jwks_uri": "http://evil.example/keys"],
            ["issuer": "https://evil.example/{tenantid}", "jwks_uri": .string("\(issuer.server.url)/keys")],
            ["issuer": .string(issuer.url)], .string(String(repeating: "x", count: 300_000)),
        ]
        issuer.change { $0.document = documents[number] }
        try await issuer.with { reader async throws in
            await #expect(throws: IdentityUnavailable.self) {
                try await reader.identity(token: try LocalIssuer.token(issuer.claims()))
            }
        }
    }
}
