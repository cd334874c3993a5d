package import Logging
package import Registry
package import Store

/// Gives registry clients that know the fleet's registries: their credentials and which of them speak plain HTTP.
///
/// The settings live in PostgreSQL and are looked at again every few seconds, so that `registry add` reaches running
/// workers.
package actor RegistryAccess {
    private let store: Store
    private let box: SecretBox?
    private let base: RegistryOptions
    private let environment: [String: String]
    private let logger: Logger
    private let budget: SharedBudget?
    /// How long settings are taken for what they were.
    private let maxAge: Duration
    /// By the account whose credentials they use, with `nil` for the fleet's.
    private var current: [String?: Current] = [:]
    /// Clients whose settings have changed, and since when; their requests may still be under way.
    private var retired: [(client: RegistryClient, since: ContinuousClock.Instant)] = []
    /// No request that began before takes longer.
    private static let retirement = Duration.seconds(6 * 3600)

    private struct Current {
        let client: RegistryClient
        let settings: [Settings]
        let logins: [SealedLogin]
        var since: ContinuousClock.Instant
    }

    private struct Settings: Equatable {
        let host: String
        let isPlainHTTP: Bool
        let username: String?
        let secret: [UInt8]?
        let tokenHosts: [String]
    }

    /// `redis` is where the fleet shares the registries' limits; without it there are none.
    ///
    /// Settings are looked at again after `maxAge`: at once where whoever changes them asks with the next request.
    package init(
        store: Store,
        box: SecretBox?,
        options: RegistryOptions,
        environment: [String: String],
        redis: String? = nil,
        maxAge: Duration = .seconds(5),
        logger: Logger
    ) {
        self.maxAge = maxAge
        budget = redis.map { SharedBudget(redis: $0, logger: logger) }
        self.store = store
        self.box = box
        base = options
        self.environment = environment
        self.logger = logger
    }

    /// A client for the present settings: with the fleet's credentials, or with those of an account alone.
    package func client(of account: String? = nil) async throws -> RegistryClient {
        if let known = current[account], ContinuousClock.now - known.since < maxAge { return known.client }
        return try await renewed(account)
    }

    /// The fleet's client for settings that are looked at now; the one that is known where nothing has changed.
    package func freshClient() async throws -> RegistryClient { try await renewed(nil) }

    /// Whether a registry is one that somebody has added, or of which an account has credentials for a part.
    package func isKnown(_ registry: String, to account: String) async throws -> Bool {
        _ = try await client(of: account)
        guard let known = current[account] else { return false }
        return known.settings.contains { $0.host == registry }
            || known.logins.contains { $0.pattern == registry || $0.pattern.hasPrefix("\(registry)/") }
    }

    private func renewed(_ account: String?) async throws -> RegistryClient {
        await shutDownRetired(before: .now - Self.retirement)
        let known = try await store.registries().filter(\.isConfigured)
        let logins =
            if let account { try await store.sealedLogins(of: account) } else { try await store.sealedLogins() }
        await budget?.set(Self.limits(known))
        let settings = known.map {
            Settings(
                host: $0.host,
                isPlainHTTP: $0.isPlainHTTP,
                username: account == nil ? $0.username : nil,
                secret: account == nil ? $0.sealedSecret : nil,
                tokenHosts: $0.tokenHosts
            )
        }
        if let before = current[account] {
            if before.settings == settings, before.logins == logins {
                current[account]?.since = .now
                return before.client
            }
            retired.append((before.client, .now))
        }
        var options = base
        for setting in settings where setting.isPlainHTTP { options.plainHTTPHosts.insert(setting.host) }
        for setting in settings { options.credentialRealms[setting.host] = Set(setting.tokenHosts) }
        let first = open(logins.filter { !$0.isLast })
        let last = open(logins.filter(\.isLast))
        let credentials = LayeredCredentials(
            known: Self.hosts(first).merging(open(settings)) { _, fleets in fleets },
            scoped: RepositoryCredentials(first),
            // Docker's own configuration is that of whoever runs the fleet.
            docker: account == nil ? DockerConfigCredentials(environment: environment, logger: logger) : nil,
            lastKnown: Self.hosts(last),
            lastScoped: RepositoryCredentials(last)
        )
        let client = RegistryClient(options: options, credentials: credentials, gate: budget, logger: logger)
        current[account] = Current(client: client, settings: settings, logins: logins, since: .now)
        return client
    }

    private static func hosts(
        _ places: [(pattern: String, credential: RegistryCredential)]
    ) -> [String: RegistryCredential] {
        Dictionary(
            places.filter { !$0.pattern.contains("/") }.map { ($0.pattern, $0.credential) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func limits(_ registries: [KnownRegistry]) -> [String: RegistryLimits] {
        let pairs = registries.map { registry in
            let standard = RegistryLimits.standard(for: registry.host)
            let limits = RegistryLimits(
                maxConcurrency: registry.maxConcurrency ?? standard.maxConcurrency,
                requestsPerSecond: registry.requestsPerSecond ?? standard.requestsPerSecond
            )
            return (registry.host, limits)
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    private func open(_ settings: [Settings]) -> [String: RegistryCredential] {
        var found: [String: RegistryCredential] = [:]
        for setting in settings {
            found[setting.host] = opened(setting.host, setting.username, setting.secret)
        }
        return found
    }

    private func open(_ logins: [SealedLogin]) -> [(pattern: String, credential: RegistryCredential)] {
        logins.compactMap { login in
            opened(login.pattern, login.username, login.secret).map { (login.pattern, $0) }
        }
    }

    private func opened(_ place: String, _ username: String?, _ secret: [UInt8]?) -> RegistryCredential? {
        guard let username, let secret else { return nil }
        do {
            guard let box else { throw KeyMissing() }
            return RegistryCredential(username: username, password: try box.open(secret))
        } catch {
            logger.error(
                "the password of \(place) cannot be read: set TALLYMAN_SECRET_KEY to the key it was added with"
            )
            return nil
        }
    }

    private struct KeyMissing: Error {}

    /// Closes all clients, and takes this process out of those that share the budgets.
    package func shutdown() async {
        retired += current.values.map { ($0.client, $0.since) }
        current = [:]
        await shutDownRetired(before: .now)
        await budget?.shutdown()
    }

    private func shutDownRetired(before time: ContinuousClock.Instant) async {
        let ended = retired.filter { $0.since <= time }
        retired.removeAll { $0.since <= time }
        for (client, _) in ended {
            do { try await client.shutdown() } catch { logger.debug("registry client: \(error)") }
        }
    }
}

/// What `registry add` was told first, then Docker's own configuration, then what other accounts have for the rest.
private struct LayeredCredentials: CredentialSource {
    let known: [String: RegistryCredential]
    let scoped: RepositoryCredentials
    let docker: DockerConfigCredentials?
    let lastKnown: [String: RegistryCredential]
    let lastScoped: RepositoryCredentials

    var dividedHosts: Set<String> { scoped.hosts.union(lastScoped.hosts) }

    func credential(for host: String) async -> RegistryCredential? {
        if let credential = known[host] { return credential }
        return await docker?.credential(for: host) ?? lastKnown[host]
    }

    func credential(for host: String, repository: String) async -> RegistryCredential? {
        if let credential = scoped.credential(for: host, repository: repository) { return credential }
        if let credential = known[host] { return credential }
        if let credential = await docker?.credential(for: host) { return credential }
        return lastScoped.credential(for: host, repository: repository) ?? lastKnown[host]
    }
}
