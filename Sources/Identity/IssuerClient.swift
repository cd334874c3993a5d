import Access
import AsyncHTTPClient
import Foundation
import HTTPProxy
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Fetches an issuer's document and keys, and keeps them.
///
/// They are fetched again after an hour, and when a token names a key that is not known, at most once a minute: an issuer
/// that changes its keys needs no restart, and tokens with made-up keys cause no load. Keys of the last good answer serve
/// for a day while the issuer is not there.
actor IssuerClient {
    /// Bytes of the discovery document and of the key set.
    private static let maxDocument = 256 << 10
    private static let maxKeys = 1 << 20
    private static let fetchTime = 10
    private static let freshFor = Duration.seconds(3600)
    private static let usableFor = Duration.seconds(24 * 3600)
    private static let pause = Duration.seconds(60)
    /// After a failure it is asked again this soon.
    private static let failurePause = Duration.seconds(10)

    struct Issuer: Sendable {
        let document: IssuerDocument
        let keys: IssuerKeys
        let since: ContinuousClock.Instant
    }

    private let issuer: String
    private let http: HTTPClients
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private var current: Issuer?
    private var lastTry: (time: ContinuousClock.Instant, failed: Bool)?
    private var fetch: Task<Issuer, any Error>?

    init(
        issuer: String,
        authorityFile: String?,
        proxies: HTTPProxySettings,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.issuer = issuer
        self.logger = logger
        self.now = now
        var configuration = HTTPClient.Configuration()
        // Keys come from where the issuer says, and from nowhere that this leads on to.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(5), read: .seconds(Int64(Self.fetchTime)))
        if let authorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.additionalTrustRoots = [.file(authorityFile)]
            configuration.tlsConfiguration = tls
        }
        http = HTTPClients(configuration, proxies: proxies)
    }

    /// The issuer with its keys, `kid` among them where the issuer has it.
    ///
    /// Of a token that names no key it cannot be told whether the key is a new one: they are asked for once a minute then.
    ///
    /// Throws `IdentityUnavailable` where it cannot be reached, or says what cannot be used.
    func issuer(with kid: String?) async throws -> Issuer {
        let now = now()
        if let current {
            let isKnown = kid != nil && current.keys.key(kid) != nil
            let isFresh = now - current.since < Self.freshFor
            if isKnown && isFresh || !mayFetch(now) {
                if now - current.since < Self.usableFor { return current }
            }
        } else if !mayFetch(now) {
            throw IdentityUnavailable("the issuer \(issuer) could not be reached just now")
        }
        do {
            return try await fetched()
        } catch {
            logger.warning("bearer tokens: the issuer \(issuer): \(error)")
            if let current, now - current.since < Self.usableFor { return current }
            throw IdentityUnavailable("the issuer \(issuer): \(error)")
        }
    }

    private func mayFetch(_ now: ContinuousClock.Instant) -> Bool {
        guard fetch == nil, let lastTry else { return true }
        return now - lastTry.time >= (lastTry.failed ? Self.failurePause : Self.pause)
    }

    private func fetched() async throws -> Issuer {
        if let fetch { return try await fetch.value }
        lastTry = (now(), false)
        // Not a child of the request that came first: its end must not take the keys from the others.
        let task = Task { try await self.read() }
        fetch = task
        defer { fetch = nil }
        do {
            let issuer = try await task.value
            current = issuer
            return issuer
        } catch {
            lastTry = (now(), true)
            throw error
        }
    }

    private func read() async throws -> Issuer {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let document = try IssuerDocument(
            try await get("\(base)/.well-known/openid-configuration", upTo: Self.maxDocument),
            configured: issuer
        )
        let keys = try await IssuerKeys(try await get(document.keysAddress, upTo: Self.maxKeys))
        return Issuer(document: document, keys: keys, since: now())
    }

    private func get(_ address: String, upTo limit: Int) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "application/json")
        let response = try await http.client(for: address).execute(
            request,
            timeout: .seconds(Int64(Self.fetchTime))
        )
        guard response.status == .ok else { throw OIDCError("\(address) answers \(response.status.code)") }
        return Array(try await response.body.collect(upTo: limit).readableBytesView)
    }

    func shutdown() async throws { try await http.shutdown() }
}
