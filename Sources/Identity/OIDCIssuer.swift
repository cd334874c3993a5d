package import Access
import Foundation
package import HTTPProxy
import JWTKit
package import Logging

/// Takes the bearer tokens of one issuer: Okta, Azure AD, Google or any other of OpenID Connect.
package struct OIDCIssuer: TokenIssuer {
    /// Bytes of a token; longer ones are not looked at.
    package static let maxTokenBytes = 16 << 10

    private let settings: OIDCSettings
    private let client: IssuerClient
    private let logger: Logger
    private let clock: @Sendable () -> Double

    /// Reads tokens by `settings`; `clock` tells the seconds since 1970, and `time` how old keys are.
    package init(
        _ settings: OIDCSettings,
        proxies: HTTPProxySettings,
        logger: Logger,
        clock: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
        time: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.settings = settings
        self.logger = logger
        self.clock = clock
        client = IssuerClient(
            issuer: settings.issuer,
            authorityFile: settings.authorityFile,
            proxies: proxies,
            logger: logger,
            now: time
        )
    }

    package func identity(token: String) async throws -> ExternalIdentity? {
        do {
            return try await checked(token)
        } catch let error as OIDCError {
            // The bearer learns nothing of the reason.
            logger.info("a bearer token was not taken: \(error)")
            return nil
        }
    }

    private func checked(_ token: String) async throws -> ExternalIdentity {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.maxTokenBytes, parts.count == 3, let head = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]), Base64URL.decode(parts[2])?.isEmpty == false
        else { throw OIDCError("it is no token") }
        let tokenHead = try TokenHead(head)
        let issuer = try await client.issuer(with: tokenHead.keyID)
        guard let key = issuer.keys.key(tokenHead.keyID), tokenHead.fits(key) else {
            throw OIDCError("the issuer has no such key")
        }
        do { _ = try await key.keys(for: tokenHead.algorithm).verify(token, as: UnreadClaims.self) } catch {
            throw OIDCError("its signature is not good")
        }
        let claims = try TokenClaims(body)
        try claims.check(settings, issuer.document, key: key, now: clock())
        return try claims.identity(settings)
    }

    /// Closes the connections; to be called once, at the end.
    package func shutdown() async {
        do { try await client.shutdown() } catch { logger.debug("issuer client: \(error)") }
    }
}
