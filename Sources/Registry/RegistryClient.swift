import AsyncHTTPClient
import HTTPProxy
package import Logging
import NIOHTTP1
import ScanModel
import Telemetry

/// A client of container registries (OCI distribution-spec v1.1, "Pull").
///
/// One client serves any number of registries and concurrent calls. Every call retries what may pass: broken
/// connections, 429 and 5xx, with back-off, within `RegistryOptions.deadline`. All calls throw `RegistryError`, but for
/// `CancellationError` where the task was cancelled and what a caller's own closure throws.
package final class RegistryClient: Sendable {
    let options: RegistryOptions
    let exchange: HTTPExchange
    let authorizer: Authorizer
    let logger: Logger

    package init(options: RegistryOptions, credentials: some CredentialSource, logger: Logger) {
        self.options = options
        self.logger = logger
        exchange = HTTPExchange(options: options)
        authorizer = Authorizer(exchange: exchange, credentials: credentials)
    }

    /// Closes all connections; to be called once, when no request is under way.
    package func shutdown() async throws {
        try await exchange.clients.shutdown()
    }

    /// Checks that a registry answers (distribution-spec v1.1, "Determining Support"), and takes the credentials where
    /// there are any.
    package func ping(_ registry: String) async throws {
        let endpoint = try RegistryEndpoint(registry, options: options)
        let hasCredential = await authorizer.hasCredential(for: endpoint)
        try await retrying(endpoint.name) {
            do {
                let reply = try await self.request(
                    .GET,
                    endpoint,
                    endpoint.address(""),
                    scope: "",
                    subject: endpoint.name
                )
                if reply.status == 401, !hasCredential { return }
                try await self.expect([200], reply, subject: endpoint.name)
                _ = await reply.body.excerpt(maxBytes: ErrorBody.maxBytes)
            } catch let error as RegistryError where error.code == .unauthorized && !hasCredential {
                // It answers and wants a login, which the repositories that are open to all may not need.
                return
            }
        }
    }

    /// Sends a request with the credentials it needs; a 401 is answered once, also for a token that ended meanwhile.
    func request(
        _ method: HTTPMethod,
        _ endpoint: RegistryEndpoint,
        _ address: WebAddress,
        scope: String,
        headers: [(name: String, value: String)] = [],
        subject: String
    ) async throws -> HTTPExchangeReply {
        var request = HTTPExchangeRequest(method: method, address: address, subject: subject, headers: headers)
        request.authorization = await authorizer.known(for: endpoint, scope: scope)
        let reply = try await exchange.send(request)
        guard reply.status == 401, !reply.hasLeftOrigin else { return reply }
        _ = await reply.body.excerpt(maxBytes: ErrorBody.maxBytes)
        request.authorization = try await authorizer.answer(
            reply.headers["www-authenticate"],
            for: endpoint,
            scope: scope,
            rejected: request.authorization,
            subject: subject
        )
        return try await exchange.send(request)
    }

    /// Throws the error that a reply stands for, unless its status is one of `statuses`.
    func expect(_ statuses: Set<Int>, _ reply: HTTPExchangeReply, subject: String) async throws {
        guard !statuses.contains(reply.status) else { return }
        if reply.status == 429 || (reply.status == 503 && reply.retryAfter != nil) {
            Measure.count(MetricNames.registryThrottled, [("registry", String(subject.prefix { $0 != "/" }))])
        }
        let detail = ErrorBody.summary(await reply.body.excerpt(maxBytes: ErrorBody.maxBytes))
        throw RegistryError.status(reply.status, subject: subject, detail: detail, retryAfter: reply.retryAfter)
    }

    /// Runs `operation` until it succeeds, fails for good, or patience ends.
    func retrying<Value>(_ subject: String, _ operation: () async throws -> Value) async throws -> Value {
        let policy = RetryPolicy(options: options)
        let end = ContinuousClock.now + options.deadline
        var attempt = 1
        while true {
            do {
                return try await operation()
            } catch let error as RegistryError {
                try await pause(after: error, attempt: attempt, until: end, policy: policy)
                attempt += 1
            }
        }
    }

    /// Waits before the next try, or throws `error` where there is to be none.
    func pause(
        after error: RegistryError,
        attempt: Int,
        until end: ContinuousClock.Instant,
        policy: RetryPolicy
    ) async throws {
        let remaining = end - .now
        let jitter = Double.random(in: 0...1)
        guard let wait = policy.delay(after: error, attempt: attempt, remaining: remaining, jitter: jitter) else {
            throw error
        }
        logger.debug("registry request retried", metadata: ["error": "\(error)", "attempt": "\(attempt)"])
        try await Task.sleep(for: wait)
    }

    /// The scope of a token for reading one repository (distribution's token specification, "Resource Scope Grammar").
    static func pullScope(_ repository: String) -> String { "repository:\(repository):pull" }
}

extension HTTPExchangeReply {
    /// What the server asks to wait, where it does.
    var retryAfter: Duration? {
        headers.first(name: "retry-after").flatMap { RetryAfter.parse($0, unixNow: WallClock.unixSeconds) }
    }
}
