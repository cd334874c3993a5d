package import Logging
package import Registry
package import Store

/// Gives registry clients that know the fleet's registries: their credentials and which of them speak plain HTTP.
///
/// The settings live in PostgreSQL and are looked at again every few seconds, so that `registry add` reaches running
/// workers.
package actor RegistryAccess {
    private static let maxAge = Duration.seconds(5)

    private let store: Store
    private let box: SecretBox?
    private let base: RegistryOptions
    private let environment: [String: String]
    private let logger: Logger
    private let budget: SharedBudget?
    private var current:
        (client: RegistryClient, settings: [Settings], scoped: [RepositoryLogin], since: ContinuousClock.Instant)?
    /// Clients whose settings have changed; their requests may still be under way.
    private var retired: [RegistryClient] = []

    private struct Settings: Equatable {
        let host: String
        let isPlainHTTP: Bool
        let username: String?
        let secret: [UInt8]?
        let tokenHosts: [String]
    }

    /// `redis` is where the fleet shares the registries' limits; without it there are none.
    package init(
        store: Store,
        box: SecretBox?,
        options: RegistryOptions,
        environment: [String: String],
        redis: String? = nil,
        logger: Logger
    ) {
        budget = redis.map { SharedBudget(redis: $0, logger: logger) }
        self.store = store
        self.box = box
        base = options
        self.environment = environment
        self.logger = logger
    }

    /// A client for the present settings.
    package func client() async throws -> RegistryClient {
        if let current, ContinuousClock.now - current.since < Self.maxAge { return current.client }
        let known = try await store.registries().filter(\.isConfigured)
        let scoped = try await store.repositoryLogins()
        await budget?.set(Self.limits(known))
        let settings = known.map {
            Settings(
                host: $0.host,
                isPlainHTTP: $0.isPlainHTTP,
                username: $0.username,
                secret: $0.sealedSecret,
                tokenHosts: $0.tokenHosts
            )
        }
        if let known = current, known.settings == settings, known.scoped == scoped {
            current = (known.client, settings, scoped, .now)
            return known.client
        }
        if let known = current { retired.append(known.client) }
        var options = base
        for setting in settings where setting.isPlainHTTP { options.plainHTTPHosts.insert(setting.host) }
        for setting in settings { options.credentialRealms[setting.host] = Set(setting.tokenHosts) }
        let credentials = LayeredCredentials(
            known: open(settings),
            scoped: RepositoryCredentials(open(scoped)),
            docker: DockerConfigCredentials(environment: environment, logger: logger)
        )
        let client = RegistryClient(options: options, credentials: credentials, gate: budget, logger: logger)
        current = (client, settings, scoped, .now)
        return client
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

    private func open(_ logins: [RepositoryLogin]) -> [(pattern: String, credential: RegistryCredential)] {
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

    package func shutdown() async {
        let clients = retired + [current?.client].compactMap(\.self)
        retired = []
        current = nil
        for client in clients {
            do { try await client.shutdown() } catch { logger.debug("registry client: \(error)") }
        }
        await budget?.shutdown()
    }
}

/// What `registry add` was told first, then Docker's own configuration.
private struct LayeredCredentials: CredentialSource {
    let known: [String: RegistryCredential]
    let scoped: RepositoryCredentials
    let docker: DockerConfigCredentials

    var dividedHosts: Set<String> { scoped.hosts }

    func credential(for host: String) async -> RegistryCredential? {
        if let credential = known[host] { return credential }
        return await docker.credential(for: host)
    }

    func credential(for host: String, repository: String) async -> RegistryCredential? {
        if let credential = scoped.credential(for: host, repository: repository) { return credential }
        return await credential(for: host)
    }
}
