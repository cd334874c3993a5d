package import AnchoreAPI
package import Logging
package import Registry
package import ScanModel
package import Store

/// Registries for the API: the fleet's clients, with little patience.
package struct FleetLookup: RegistryLookup {
    private let access: RegistryAccess
    private let box: SecretBox?
    private let options: RegistryOptions
    private let logger: Logger

    /// `options` are those that `access` was made with.
    package init(access: RegistryAccess, box: SecretBox?, options: RegistryOptions, logger: Logger) {
        self.access = access
        self.box = box
        self.options = options
        self.logger = logger
    }

    package func image(
        registry: String,
        repository: String,
        tag: String,
        digest: Digest?,
        of account: String?
    ) async throws -> FoundImage {
        try await told(registry, account) {
            let client = try await access.client(of: account)
            let resolver = ImageResolver(client: client, platform: "")
            var image = FoundImage(
                registry: registry,
                repository: repository,
                tag: tag,
                digest: digest,
                outcome: .known
            )
            if digest == nil {
                let reference = ImageReference(registry: registry, repository: repository, tag: tag)
                image.digest = try await client.resolve(reference).digest
            }
            let found = try await resolver.resolved(image)
            switch found.outcome {
            case .known, .image: return found
            case .unsupported(let reason):
                throw AnchoreError(400, "cannot analyse the image: \(reason)", codes: ["REGISTRY_NOT_SUPPORTED"])
            case .failed(let reason), .gone(let reason):
                throw AnchoreError(
                    400,
                    "cannot fetch image digest/manifest from registry: \(reason)",
                    codes: ["REGISTRY_IMAGE_NOT_FOUND"]
                )
            }
        }
    }

    package func tags(registry: String, repository: String, of account: String?) async throws -> [String] {
        do {
            let listed = try await access.client(of: account).tags(registry, repository: repository)
            return listed.tags.sorted()
        } catch let error as RegistryError {
            let (message, code) = try await said(error, registry, to: account)
            throw AnchoreError(404, "No available tags in registry: \(message)", codes: [code])
        }
    }

    package func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments {
        try await told(registry, nil) {
            let client = try await access.client()
            let reference = ImageReference(registry: registry, repository: repository, digest: digest)
            let fetched = try await client.manifest(reference)
            guard case .image(let manifest) = try fetched.content() else {
                throw AnchoreError(404, "\(digest) is not an image", codes: ["REGISTRY_NOT_SUPPORTED"])
            }
            let config = try await client.config(registry, repository: repository, descriptor: manifest.config)
            return ImageDocuments(manifest: fetched.bytes, config: config.bytes)
        }
    }

    package func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool {
        do {
            try await ping(host, user, password, plainHTTP: false)
            return false
        } catch let error as RegistryError {
            // The way of Docker's `insecure-registries`: HTTPS first, then plain HTTP.
            if !verify, [.tls, .unreachable, .badResponse].contains(error.code) {
                do {
                    try await ping(host, user, password, plainHTTP: true)
                    return true
                } catch let second as RegistryError { throw refused(second) }
            }
            throw refused(error)
        }
    }

    private func refused(_ error: RegistryError) -> AnchoreError {
        AnchoreError(
            406,
            "cannot ping supplied registry with supplied credentials: \(error.message)",
            codes: [
                Self.code(error)
            ]
        )
    }

    private func ping(_ host: String, _ user: String, _ password: String, plainHTTP: Bool) async throws {
        var options = options
        options.maxAttempts = 1
        if plainHTTP { options.plainHTTPHosts.insert(host) }
        let credentials = user.isEmpty ? [:] : [host: RegistryCredential(username: user, password: password)]
        let client = RegistryClient(options: options, credentials: FixedCredentials(credentials), logger: logger)
        let result: Result<Void, any Error>
        do { result = .success(try await client.ping(host)) } catch { result = .failure(error) }
        do { try await client.shutdown() } catch { logger.debug("registry client: \(error)") }
        try result.get()
    }

    package func isNear(_ host: String) async throws -> Bool {
        try await HostScopes.places(of: host).contains { $0.scope >= .loopback }
    }

    package func seal(_ password: String) throws -> [UInt8] {
        guard let box else {
            throw AnchoreError(500, "passwords are stored sealed: set TALLYMAN_SECRET_KEY, the same for every part")
        }
        return try box.seal(password)
    }

    private func told<Value>(
        _ registry: String,
        _ account: String?,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch let error as RegistryError {
            let (message, code) = try await said(error, registry, to: account)
            throw AnchoreError(400, "cannot fetch image digest/manifest from registry: \(message)", codes: [code])
        }
    }

    /// What of the network is told only of registries that somebody has added.
    private static let networkFailures: Set<RegistryError.Code> = [
        .unreachable, .tls, .timedOut, .badResponse, .serverFailure, .refusedAddress,
    ]

    /// What an account is told of a failure; `nil` stands for those that see the fleet, who are told all of it.
    ///
    /// Whoever may add images chooses the host, and would read which ports are open where only the server gets.
    private func said(
        _ error: RegistryError,
        _ registry: String,
        to account: String?
    ) async throws -> (message: String, code: String) {
        guard let account, Self.networkFailures.contains(error.code),
            try await !access.isKnown(registry, to: account)
        else { return (error.message, Self.code(error)) }
        logger.warning("\(registry), which the account \(account) asked for: \(error)")
        return ("cannot reach registry \(registry); the server's log says why", "REGISTRY_NOT_ACCESSIBLE")
    }

    private static func code(_ error: RegistryError) -> String {
        switch error.code {
        case .unauthorized, .forbidden: "REGISTRY_PERMISSION_DENIED"
        case .notFound, .gone: "REGISTRY_IMAGE_NOT_FOUND"
        case .unreachable, .tls, .timedOut, .rateLimited, .serverFailure: "REGISTRY_NOT_ACCESSIBLE"
        case .unsupported, .badResponse: "REGISTRY_NOT_SUPPORTED"
        default: "UNKNOWN"
        }
    }
}
