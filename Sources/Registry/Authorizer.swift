import NIOHTTP1
import ScanModel

/// Answers the challenges of registries and keeps their tokens.
///
/// Tokens are kept per server and scope until shortly before they end. A registry's own scope in a challenge is not
/// followed: the scope is always what the request at hand needs.
actor Authorizer {
    /// The most tokens kept; when full, those that ended go, then all.
    static let maxTokens = 4096

    private struct Key: Hashable {
        let origin: WebAddress.Origin
        let scope: String
    }

    private let exchange: HTTPExchange
    private let credentials: any CredentialSource
    private var tokens: [Key: BearerToken] = [:]
    /// By origin; by scope too where repositories have credentials of their own.
    private var basics: [Key: String] = [:]
    /// Where a login was once taken: one that is refused there now may be taken again.
    private var accepted: Set<Key> = []
    /// Tokens being fetched, so that a hundred requests whose token has run out ask for one new one together.
    private var fetches: [Key: Task<BearerToken, any Error>] = [:]

    init(exchange: HTTPExchange, credentials: any CredentialSource) {
        self.exchange = exchange
        self.credentials = credentials
    }

    /// The `Authorization` header that is known to be wanted, so that most requests take one round trip.
    func known(for endpoint: RegistryEndpoint, scope: String) -> String? {
        if let basic = basics[basicKey(endpoint, scope)] { return basic }
        guard let token = tokens[Key(origin: endpoint.origin, scope: scope)], token.usableUntil > .now else {
            return nil
        }
        return "Bearer \(token.value)"
    }

    /// Notes that a request with a login was answered.
    func noteAccepted(_ endpoint: RegistryEndpoint, scope: String) {
        if accepted.count >= Self.maxTokens { accepted.removeAll() }
        accepted.insert(Key(origin: endpoint.origin, scope: scope))
    }

    func hasAccepted(_ endpoint: RegistryEndpoint, scope: String) -> Bool {
        accepted.contains(Key(origin: endpoint.origin, scope: scope))
    }

    /// Whether there are credentials for a registry.
    func hasCredential(for endpoint: RegistryEndpoint) async -> Bool {
        await credentials.credential(for: endpoint.name) != nil
    }

    /// The `Authorization` header that answers a 401, `rejected` being the one that was just refused.
    ///
    /// Throws `unauthorized` where nothing is left to try, and for a token server that may not have the credentials.
    func answer(
        _ headers: [String],
        for endpoint: RegistryEndpoint,
        scope: String,
        rejected: String?,
        subject: String
    ) async throws -> String {
        let key = Key(origin: endpoint.origin, scope: scope)
        if let rejected, tokens[key].map({ "Bearer \($0.value)" }) == rejected { tokens[key] = nil }
        let basicKey = basicKey(endpoint, scope)
        if rejected != nil, basics[basicKey] == rejected { basics[basicKey] = nil }
        // Another request may have fetched a new token meanwhile.
        if let known = known(for: endpoint, scope: scope), known != rejected { return known }

        let challenges = AuthenticateChallenge.parse(headers)
        let credential =
            if let repository = Self.repository(of: scope) {
                await credentials.credential(for: endpoint.name, repository: repository)
            } else {
                await credentials.credential(for: endpoint.name)
            }
        if let bearer = challenges.first(where: { $0.scheme == "bearer" && $0.parameters["realm"] != nil }) {
            do {
                let token = try await sharedToken(bearer, endpoint, key, credential: credential, subject: subject)
                return "Bearer \(token.value)"
            } catch let error as RegistryError where error.code == .unauthorized && accepted.contains(key) {
                throw error.asTransient
            }
        }
        guard challenges.contains(where: { $0.scheme == "basic" }) else {
            throw RegistryError(
                .unauthorized,
                "\(subject): the registry wants a login of a kind that is not supported (Basic and Bearer are)",
                status: 401
            )
        }
        guard let credential, credential.identityToken == nil else {
            throw RegistryError(
                .unauthorized,
                "\(subject): a login is needed: docker login for one image, tallyman registry add for a fleet",
                status: 401
            )
        }
        let basic = credential.basicAuthorization
        guard basic != rejected else {
            throw RegistryError(.unauthorized, "\(subject): the credentials were refused", status: 401)
        }
        if basics.count >= Self.maxTokens { basics.removeAll() }
        basics[basicKey] = basic
        return basic
    }

    private func basicKey(_ endpoint: RegistryEndpoint, _ scope: String) -> Key {
        Key(origin: endpoint.origin, scope: credentials.dividedHosts.contains(endpoint.name) ? scope : "")
    }

    /// The repository of a scope of ours, `repository:NAME:pull`.
    private static func repository(of scope: String) -> String? {
        let parts = scope.split(separator: ":")
        return parts.count == 3 && parts[0] == "repository" ? String(parts[1]) : nil
    }

    private func sharedToken(
        _ challenge: AuthenticateChallenge,
        _ endpoint: RegistryEndpoint,
        _ key: Key,
        credential: RegistryCredential?,
        subject: String
    ) async throws -> BearerToken {
        if let fetch = fetches[key] { return try await fetch.value }
        // Not a child of the request that came first: its end must not take the token from the others.
        let fetch = Task {
            try await fetchToken(challenge, endpoint, scope: key.scope, credential: credential, subject: subject)
        }
        fetches[key] = fetch
        defer { fetches[key] = nil }
        let token = try await fetch.value
        store(token, key)
        return token
    }

    private func store(_ token: BearerToken, _ key: Key) {
        if tokens.count >= Self.maxTokens { tokens = tokens.filter { $0.value.usableUntil > .now } }
        if tokens.count >= Self.maxTokens { tokens.removeAll() }
        tokens[key] = token
    }

    private func fetchToken(
        _ challenge: AuthenticateChallenge,
        _ endpoint: RegistryEndpoint,
        scope: String,
        credential: RegistryCredential?,
        subject: String
    ) async throws -> BearerToken {
        let realm = try await checkedRealm(challenge, endpoint, credential: credential, subject: subject)
        let request = tokenRequest(realm, challenge, endpoint, scope: scope, credential: credential, subject: subject)
        let reply = try await exchange.send(request)
        guard reply.status == 200 else {
            let detail = ErrorBody.summary(await reply.body.excerpt(maxBytes: ErrorBody.maxBytes))
            throw RegistryError.status(
                reply.status,
                subject: request.subject,
                detail: detail,
                retryAfter: reply.retryAfter
            )
        }
        let body = try await reply.body.collect(maxBytes: BearerToken.maxBytes)
        guard let token = BearerToken(json: body, receivedAt: .now) else {
            throw RegistryError(.badResponse, "\(request.subject): the answer holds no token", status: reply.status)
        }
        return token
    }

    private func checkedRealm(
        _ challenge: AuthenticateChallenge,
        _ endpoint: RegistryEndpoint,
        credential: RegistryCredential?,
        subject: String
    ) async throws -> WebAddress {
        guard let text = challenge.parameters["realm"], let realm = WebAddress(text) else {
            throw RegistryError(.unauthorized, "\(subject): the registry names a token server that is no address")
        }
        guard RealmRules.hasAllowedScheme(realm, of: endpoint) else {
            throw RegistryError(.unauthorized, "\(subject): the token server \(realm.host) is not https; refused")
        }
        let related = RealmRules.mayReceiveCredentials(realm, of: endpoint, options: exchange.options)
        guard credential == nil || related else {
            let remedy = "if it is right, allow it with registry add \(endpoint.name) --token-server \(realm.host)"
            throw RegistryError(
                .unauthorized,
                "\(subject): the token server \(realm.host) is outside the registry's domain; no credentials sent; \(remedy)"
            )
        }
        if realm.host != endpoint.origin.host {
            try await exchange.checkReach(of: realm, from: endpoint.origin, subject: subject)
        }
        return realm
    }

    private func tokenRequest(
        _ realm: WebAddress,
        _ challenge: AuthenticateChallenge,
        _ endpoint: RegistryEndpoint,
        scope: String,
        credential: RegistryCredential?,
        subject: String
    ) -> HTTPExchangeRequest {
        var pairs: [(name: String, value: String)] = []
        if let service = challenge.parameters["service"] { pairs.append(("service", service)) }
        if !scope.isEmpty { pairs.append(("scope", scope)) }
        let subject = "\(subject): token from \(realm.host)"
        if let refresh = credential?.identityToken {
            pairs += [("grant_type", "refresh_token"), ("client_id", "tallyman"), ("refresh_token", refresh)]
            return HTTPExchangeRequest(
                method: .POST,
                address: realm,
                subject: subject,
                form: PercentEncoding.encode(pairs),
                registry: endpoint.origin
            )
        }
        if let credential { pairs.append(("account", credential.username)) }
        let separator = realm.target.contains("?") ? "&" : "?"
        let target = pairs.isEmpty ? realm.target : realm.target + separator + PercentEncoding.encode(pairs)
        return HTTPExchangeRequest(
            method: .GET,
            address: WebAddress(origin: realm.origin, target: target),
            subject: subject,
            authorization: credential?.basicAuthorization,
            registry: endpoint.origin
        )
    }
}
