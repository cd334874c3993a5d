import Access
import AnchoreAPI
import JWTKit

/// The head of a token (RFC 7515, section 4), checked before any key is looked for.
struct TokenHead: Sendable {
    /// What an issuer signs with.
    ///
    /// None of these takes a public key for a secret, and `none` is not among them.
    private static let algorithms: [String: String] = [
        "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
        "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP",
    ]

    let algorithm: String
    /// `nil` where it names no key, as an issuer with a single one may.
    let keyID: String?

    init(_ bytes: [UInt8]) throws(OIDCError) {
        guard let value = try? JSONReader.read(bytes),  // told just below
            let algorithm = value["alg"]?.string, Self.algorithms[algorithm] != nil
        else { throw OIDCError("it is not signed as we take it") }
        let keyID = value["kid"]?.string
        guard value["kid"] == nil || keyID.map({ (1...512).contains($0.utf8.count) }) == true else {
            throw OIDCError("its key's name is none")
        }
        // Extensions that have to be understood are not.
        guard value["crit"] == nil else { throw OIDCError("it has extensions that are not known") }
        self.algorithm = algorithm
        self.keyID = keyID
    }

    /// Whether a key may have signed it.
    func fits(_ key: IssuerKeys.Key) -> Bool {
        Self.algorithms[algorithm] == key.type && (key.algorithm ?? algorithm) == algorithm
    }
}

/// What a token with a good signature says.
struct TokenClaims: Sendable {
    /// How far clocks may be apart, in seconds.
    private static let leeway = 60.0
    private static let maxNameBytes = 256
    private static let maxGroups = 10_000

    private let value: JSONValue

    init(_ bytes: [UInt8]) throws(OIDCError) {
        guard let value = try? JSONReader.read(bytes),  // told just below
            value.members != nil
        else { throw OIDCError("its claims are no JSON object") }
        self.value = value
    }

    /// Checks issuer, audience and times; `now` in seconds since 1970.
    func check(_ settings: OIDCSettings, _ document: IssuerDocument, key: IssuerKeys.Key, now: Double) throws(OIDCError)
    {
        let tenant = value["tid"]?.string
        guard let issuer = value["iss"]?.string, issuer == Self.filled(document.issuer, tenant) else {
            throw OIDCError("it is of another issuer")
        }
        if let keyIssuer = key.issuer, Self.filled(keyIssuer, tenant) != issuer {
            throw OIDCError("its key is that of another tenant")
        }
        if document.isShared || !settings.tenants.isEmpty {
            guard let tenant, settings.tenants.contains(tenant.lowercased()) else {
                throw OIDCError("its tenant may not get in; oidc-tenants has those that may")
            }
        }
        guard !Set(texts(of: "aud")).isDisjoint(with: settings.audiences) else {
            throw OIDCError("it is for another audience")
        }
        guard let end = seconds("exp"), now < end + Self.leeway else { throw OIDCError("it has ended") }
        guard seconds("nbf").map({ $0 <= now + Self.leeway }) ?? (value["nbf"] == nil),
            seconds("iat").map({ $0 <= now + Self.leeway }) ?? (value["iat"] == nil)
        else { throw OIDCError("it is not good yet") }
        guard value["sub"]?.string?.isEmpty == false else { throw OIDCError("it names nobody") }
        try checkDomain(settings)
    }

    private func checkDomain(_ settings: OIDCSettings) throws(OIDCError) {
        guard !settings.domains.isEmpty else { return }
        if let domain = value["hd"]?.string {
            guard settings.domains.contains(domain.lowercased()) else { throw OIDCError("its domain may not get in") }
            return
        }
        // Azure AD's is whatever an administrator of any tenant typed, and says nothing of having been verified.
        guard value["email_verified"]?.bool == true, let email = value["email"]?.string,
            let at = email.lastIndex(of: "@"),
            settings.domains.contains(email[email.index(after: at)...].lowercased())
        else { throw OIDCError("its domain may not get in") }
    }

    /// Whoever it stands for; throws where its groups give it no role.
    func identity(_ settings: OIDCSettings) throws(OIDCError) -> ExternalIdentity {
        guard let name = settings.nameClaims.lazy.compactMap(name).first else { throw OIDCError("it names nobody") }
        let groups = settings.groupClaims.flatMap { texts(of: $0) }
        guard let found = settings.roles.role(in: groups) else {
            throw OIDCError("none of its groups has a role; oidc-roles says which have")
        }
        var account = found.account ?? settings.account
        if let claim = settings.accountClaim {
            guard let stated = texts(of: claim).first, AccountRecord.isName(stated) else {
                throw OIDCError("its claim \(claim) names no account")
            }
            account = stated
        }
        return ExternalIdentity(name: name, account: account, role: found.role, source: "oidc")
    }

    /// A claim as a name; an address that its owner has not proved is none.
    private func name(_ claim: String) -> String? {
        guard let text = texts(of: claim).first, (1...Self.maxNameBytes).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }),
            claim != "email" || value["email_verified"]?.bool != false
        else { return nil }
        return text
    }

    /// The texts of a claim; `a.b` is the member `b` of the object `a`, unless there is a claim of the whole name.
    private func texts(of claim: String) -> [String] {
        var found = value[claim]
        if found == nil {
            found = claim.split(separator: ".").reduce(Optional(value)) { $0?[String($1)] }
        }
        if let text = found?.string { return [text] }
        return (found?.array ?? []).prefix(Self.maxGroups).compactMap(\.string)
    }

    private func seconds(_ claim: String) -> Double? {
        switch value[claim] {
        case .int(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    private static func filled(_ issuer: String, _ tenant: String?) -> String? {
        guard issuer.contains(IssuerDocument.tenant) else { return issuer }
        guard let tenant, tenant.utf8.count == 36,
            tenant.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit || $0 == UInt8(ascii: "-") })
        else { return nil }
        return issuer.replacing(IssuerDocument.tenant, with: tenant)
    }
}

/// Claims as the library wants to read them: it checks the signature, and what they say is read by ``TokenClaims``.
struct UnreadClaims: JWTPayload {
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
